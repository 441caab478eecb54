/** The sound of a new notification: two soft tones, generated so that no file is loaded. */

const TONES = [660, 880]
const LENGTH = 0.14
const VOLUME = 0.08

let context: AudioContext | undefined

export function chime(): void {
  context ??= new AudioContext()
  const { currentTime: now, destination } = context
  TONES.forEach((frequency, place) => {
    const at = now + place * LENGTH
    const tone = new OscillatorNode(context as AudioContext, { frequency })
    const gain = new GainNode(context as AudioContext, { gain: 0 })
    // A tone without a ramp clicks.
    gain.gain.linearRampToValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(VOLUME, at + 0.02)
    gain.gain.linearRampToValueAtTime(0, at + LENGTH)
    tone.connect(gain).connect(destination)
    tone.start(at)
    tone.stop(at + LENGTH)
  })
}
