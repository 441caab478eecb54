/** An error boundary: shows a notice in place of a part of the page that throws. */
import { Component, type ComponentChildren } from 'preact'
import { t } from '../words'

interface Props {
  children: ComponentChildren
  /** The shown object. With another object the boundary renders its children again. */
  of?: unknown
  /** The element of the notice. */
  as?: 'div' | 'li'
  /** Content below the notice that can be shown in any case. */
  instead?: ComponentChildren
}

interface State {
  failed: boolean
  of: unknown
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failed: false, of: this.props.of }

  static override getDerivedStateFromProps({ of }: Props, state: State): Partial<State> | null {
    return of === state.of ? null : { of, failed: false }
  }

  override componentDidCatch(error: unknown): void {
    console.error(error)
    this.setState({ failed: true })
  }

  override render() {
    const { children, as: Element = 'div', instead } = this.props
    if (!this.state.failed) return children
    return (
      <Element class="broken">
        <p>
          {t.broken.notice}{' '}
          <button type="button" class="link" onClick={() => this.setState({ failed: false })}>
            {t.common.again}
          </button>
        </p>
        {instead}
      </Element>
    )
  }
}
