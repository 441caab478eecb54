/** The list of demo accounts at the entrance of a development server. */
import './demo.css'
import { useEffect, useState } from 'preact/hooks'
import { accounts } from '../chat'
import { Avatar } from '../parts/avatar'
import { attempt } from '../parts/toasts'
import { useDemo } from './accounts'
import { demoUrl, requestedUsername } from './tab'
import { words } from './words'

export function DemoAccountList() {
  const demo = useDemo()
  const [entering, setEntering] = useState(requestedUsername)
  const person = entering === null ? undefined : demo?.people.find(({ username }) => username === entering)
  useEffect(() => {
    if (!demo || !person) return
    setEntering(null)
    void attempt(() => accounts.login({ identifier: person.username, password: demo.password }))
  }, [demo, person])

  if (!demo || demo.people.length === 0) return null
  if (!demo.ready)
    return (
      <p class="hint" role="status">
        {words.making}
      </p>
    )
  return (
    <section class="demo" aria-labelledby="demo-title">
      <h2 id="demo-title">{words.title}</h2>
      <p class="hint">{words.hint}</p>
      <ul>
        {demo.people.map(({ id, username, fullName, bio, profilePic, isStaff }) => (
          <li key={id}>
            {/* `_top`, or the router would handle the link as a page of this tab's session. */}
            <a href={demoUrl(username)} target="_top">
              <Avatar id={id} name={fullName} picture={profilePic} />
              <span>
                <b>
                  {fullName}
                  {isStaff && <span class="tag">{words.staff}</span>}
                </b>
                <span class="hint">{bio}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
