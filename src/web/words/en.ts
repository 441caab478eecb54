/** Everything the app says, in English. The type of this table is what another language has to fill. */
export const en = {
  app: 'Parlour',
  signIn: {
    title: 'Welcome back',
    identifier: 'E-mail or username',
    password: 'Password',
    submit: 'Sign in',
    forgot: 'Forgot your password?',
    noAccount: 'New here?',
    register: 'Make an account',
    codeTitle: 'Enter your code',
    codeHint: 'We have sent a six-digit code to your e-mail address.',
    code: 'Code',
  },
  register: {
    title: 'Make an account',
    name: 'Your name',
    email: 'E-mail',
    password: 'Password',
    passwordHint: 'At least 8 characters.',
    submit: 'Join',
    haveAccount: 'Have an account?',
    signIn: 'Sign in',
    verifyTitle: 'Check your mail',
    verifyHint: (email: string) => `We have sent a six-digit code to ${email}.`,
    verify: 'Verify',
    resend: 'Send another code',
    resent: 'Another code is on its way.',
  },
  recover: {
    title: 'Set a new password',
    hint: 'We send you a code by mail.',
    send: 'Send code',
    newPassword: 'New password',
    submit: 'Set password',
    done: 'Your password is set. Sign in with it.',
  },
  rooms: {
    title: 'Conversations',
    empty: 'No conversations yet',
    emptyHint: 'Find somebody to write to, or bring people together in a group.',
    findPeople: 'Find people',
    newGroup: 'New group',
    choose: 'Choose a conversation',
    chooseHint: 'Or press Ctrl+K to go to one by name.',
    typing: (names: string[]) =>
      names.length === 1
        ? `${names[0]} is typing…`
        : names.length <= 3
          ? `${list(names)} are typing…`
          : 'Several people are typing…',
    unread: (count: number) => `${count} unread`,
    draft: 'Draft',
    you: 'You',
    deleted: 'Message deleted',
    noMessages: 'No messages yet',
    more: 'Show older conversations',
  },
  room: {
    back: 'Back to conversations',
    online: (count: number) => `${count} online`,
    isOnline: 'Online',
    lastSeen: (when: string) => `Last seen ${when}`,
    members: (count: number) => (count === 1 ? '1 member' : `${count} members`),
    newMessages: 'New',
    latest: (count: number) => (count > 0 ? `${count} new` : 'Latest'),
    beginning: 'This is where it begins.',
    edited: 'edited',
    deleted: 'This message was deleted.',
    write: (name: string) => `Write to ${name}`,
    send: 'Send',
    attach: 'Add an image or file',
    retry: 'Try again',
    discard: 'Delete',
    copy: 'Copy',
    failed: 'Not sent',
    status: { sending: 'Sending', failed: 'Not sent', sent: 'Sent', delivered: 'Delivered', read: 'Read' },
    gone: 'This conversation is not there, or not yours to see.',
  },
  connection: {
    connecting: 'Connecting…',
    offline: (seconds: number) =>
      seconds > 0 ? `No connection. Trying again in ${seconds} s.` : 'No connection. Trying again…',
    retry: 'Try now',
    back: 'Back online',
  },
  settings: {
    title: 'Settings',
    signOut: 'Sign out',
    theme: 'Appearance',
    light: 'Light',
    dark: 'Dark',
    system: 'System',
  },
  nav: { rooms: 'Conversations', people: 'People', notifications: 'Notifications', settings: 'Settings' },
  common: {
    cancel: 'Cancel',
    close: 'Close',
    save: 'Save',
    search: 'Search',
    again: 'Try again',
    optional: 'optional',
  },
}

export type Words = typeof en

function list(names: string[]): string {
  return new Intl.ListFormat('en').format(names)
}
