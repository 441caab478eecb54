/**
 * A device as a process of its own, which a trial can freeze. It opens the given sockets and sends a `ping` on each as
 * often as the SDK does: `node lab/trials/reliability/device.ts <milliseconds> <url>…`. It prints a line when all are
 * open.
 */
const [every, ...urls] = process.argv.slice(2)

await Promise.all(
  urls.map(
    (url) =>
      new Promise<void>((resolve, reject) => {
        const socket = new WebSocket(url)
        socket.addEventListener('error', () => reject(new Error('A socket was refused')))
        socket.addEventListener('open', () => {
          socket.send('ping')
          setInterval(() => socket.send('ping'), Number(every))
          resolve()
        })
      }),
  ),
)
console.log('open')

export {}
