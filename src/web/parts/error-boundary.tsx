/** Keeps what one piece of the page throws from taking the rest with it: the piece says that it cannot be shown. */
import { Component, type ComponentChildren } from 'preact'
import { t } from '../words'

interface Props {
  children: ComponentChildren
  /** What the piece shows. Another one is tried anew. */
  of?: unknown
  /** Where the piece stands. */
  as?: 'div' | 'li'
  /** Shown below the notice: what of the piece can be shown in any case. */
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
