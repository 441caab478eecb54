/** The server's sentences in German: by code, and by sentence where a code has several. */
import type { ClientErrorCode } from '../../../client/error'
import type { RefusalCode } from '../../../protocol'
import type { ServerWords } from '../server'

/** A code without its words does not compile. */
const codes: Record<RefusalCode | ClientErrorCode, string> = {
  invalid: 'Etwas davon fehlt oder ist nicht gültig.',
  malformed: 'Das war nicht zu lesen.',
  unknown_frame: 'Das kennt der Server nicht.',
  malformed_frame: 'Das war nicht zu lesen.',
  unknown_field: 'Einige Felder kennt der Server nicht.',
  invalid_host_token: 'Das Token des Produkts ist nicht gültig.',
  invalid_api_key: 'Der API-Schlüssel ist nicht gültig.',
  scope_missing: 'Der API-Schlüssel darf das nicht.',
  managed_by_host: 'Name und Bild verwaltet das Produkt, aus dem du hier bist.',
  name_taken: 'Den Namen gibt es schon.',
  wrong_credentials: 'Zu diesen Angaben gibt es kein Konto.',
  empty_message: 'Eine Nachricht braucht Text oder einen Anhang.',
  direct_room: 'Eine Unterhaltung zu zweit hat immer dieselben zwei Menschen und keinen eigenen Namen.',
  yourself: 'Das geht mit dir selbst nicht.',
  unknown_users: 'Einige dieser Leute gibt es nicht.',
  wrong_code: 'Dieser Code ist falsch oder gilt nicht mehr.',
  unknown_attachment: 'Diesen Anhang gibt es nicht, er ist nicht deiner oder schon verwendet.',
  not_authenticated: 'Melde dich zuerst an.',
  token_not_valid: 'Deine Anmeldung ist abgelaufen.',
  session_ended: 'Diese Anmeldung ist beendet.',
  forbidden: 'Das darfst du nicht.',
  admins_only: 'Das darf nur ein Admin dieser Gruppe.',
  password_required: 'Gib dazu dein jetziges Passwort ein.',
  registration_closed: 'Auf diesem Server kann sich nicht jeder registrieren.',
  owner_only: 'Das darf nur der Inhaber dieser Gruppe.',
  not_your_message: 'Das darf nur, wer diese Nachricht geschrieben hat.',
  banned: 'Du bist aus dieser Gruppe gesperrt.',
  blocked: 'Das kann nicht zugestellt werden.',
  email_unverified: 'Bestätige zuerst deine E-Mail-Adresse.',
  account_disabled: 'Dieses Konto ist stillgelegt.',
  account_erased: 'Die andere Person hat ihr Konto gelöscht: Niemand würde das lesen.',
  staff_only: 'Das dürfen nur die Betreuer dieses Servers.',
  operator_only: 'Das darf nur, wer den Schlüssel des Betreibers hat.',
  origin_not_allowed: 'Von dieser Seite aus geht das nicht.',
  quota_exceeded: 'Dafür ist kein Platz mehr. Lösche zuerst etwas.',
  url_expired: 'Diese Adresse ist abgelaufen. Öffne noch einmal, wozu sie gehört.',
  not_found: 'Hier ist nichts, oder nichts, was du sehen darfst.',
  method_not_allowed: 'Das geht hier nicht.',
  list_full: 'Diese Liste ist voll. Nimm zuerst jemanden heraus.',
  already_friends: 'Ihr seid schon befreundet.',
  already_requested: 'Zwischen euch gibt es schon eine offene Anfrage.',
  username_taken: 'Dieser Benutzername ist vergeben.',
  email_taken: 'Diese E-Mail-Adresse kann nicht verwendet werden.',
  message_deleted: 'Diese Nachricht wurde gelöscht.',
  too_many_reactions: 'Diese Nachricht hat so viele verschiedene Reaktionen, wie sie haben kann.',
  too_many_pinned: 'Du hast so viele Unterhaltungen angeheftet, wie es geht.',
  room_exists: 'Diese Unterhaltung gibt es schon.',
  room_full: 'Diese Gruppe hat so viele Mitglieder, wie sie haben kann.',
  last_staff: 'Ein Betreuer muss bleiben, der sich anmelden kann.',
  settled: 'Das ist schon erledigt.',
  link_expired: 'Dieser Link wurde zurückgezogen, ist abgelaufen oder verbraucht.',
  too_large: 'Das ist größer als erlaubt.',
  unsupported_type: 'Diese Art von Datei wird hier nicht angenommen.',
  upgrade_required: 'Das geht hier nicht.',
  rate_limited: 'Zu viele Versuche. Warte ein wenig.',
  internal: 'Beim Server ist etwas schiefgegangen. Es ist vermerkt.',
  unavailable: 'Ein Teil des Servers antwortet nicht. Versuche es gleich noch einmal.',
  no_answer: 'Der Server antwortet nicht. Versuche es gleich noch einmal.',
  signed_out: 'Melde dich zuerst an.',
  closed: 'Das ist nicht mehr offen.',
  attachment_lost: 'Wähle die Datei noch einmal.',
  cors_suspected: 'Der Server antwortet dieser Seite nicht.',
  not_parlour: 'Unter dieser Adresse antwortet etwas anderes.',
  bad_url: 'Die Adresse des Servers ist falsch.',
  no_websocket: 'Dieser Browser kann keine WebSockets.',
  token_provider_failed: 'Die Anmeldung ist gerade nicht möglich.',
  token_rejected: 'Deine Anmeldung ist abgelaufen.',
  no_uploads: 'Hier lassen sich keine Dateien verschicken.',
  storage_failed: 'Auf diesem Gerät lässt sich gerade nichts speichern.',
}

/** More than one of a code, and everything about single fields. */
const sentences: Record<string, string> = {
  'Send one complete JPEG, PNG, GIF, WebP or AVIF image.':
    'Das ist kein ganzes Bild der Art JPEG, PNG, GIF, WebP oder AVIF.',
  'This file is empty.': 'Diese Datei ist leer.',
  'One of these people is banned from the room. Lift the ban first.':
    'Eine dieser Personen ist aus der Gruppe gesperrt. Hebe die Sperre zuerst auf.',
  'This person is not a member of the room.': 'Diese Person ist kein Mitglied der Gruppe.',
  'The owner cannot be banned.': 'Der Inhaber kann nicht gesperrt werden.',
  'The owner cannot be removed.': 'Der Inhaber kann nicht herausgenommen werden.',
  'The owner keeps every right.': 'Der Inhaber behält alle Rechte.',
  'This field is required.': 'Das muss ausgefüllt werden.',
  'This field may not be blank.': 'Das darf nicht leer sein.',
  'Enter a valid e-mail address.': 'Gib eine gültige E-Mail-Adresse ein.',
  'Enter your e-mail address or username.': 'Gib deine E-Mail-Adresse oder deinen Benutzernamen ein.',
  'Enter the six digits.': 'Gib die sechs Ziffern ein.',
  'Enter your present password to do this.': 'Gib dazu dein jetziges Passwort ein.',
  'Enter your present password as well.': 'Gib auch dein jetziges Passwort ein.',
  'Enter what to look for, or a filter.': 'Gib ein, wonach gesucht wird.',
  'The two passwords differ.': 'Die beiden Passwörter sind nicht gleich.',
  'This is not your present password.': 'Das ist nicht dein jetziges Passwort.',
  'This is not your password.': 'Das ist nicht dein Passwort.',
  'This name is nobody’s to have. Choose another.': 'Diesen Namen kann niemand haben. Wähle einen anderen.',
  'This is one of the passwords that are tried first. Choose another.':
    'Das ist eines der Passwörter, die zuerst probiert werden. Wähle ein anderes.',
  'This is little more than a name or an address. Choose another.':
    'Das ist kaum mehr als ein Name oder eine Adresse. Wähle ein anderes.',
  'There is nothing in this that can be seen.': 'Darin ist nichts zu sehen.',
  'No characters that are invisible or change the direction of writing.':
    'Keine Zeichen, die unsichtbar sind oder die Schreibrichtung ändern.',
  'No line breaks or control characters.': 'Keine Zeilenumbrüche oder Steuerzeichen.',
  'Letters, digits and . _ + - only.': 'Nur Buchstaben, Ziffern und . _ + -',
  'This holds a character that cannot be shown.': 'Darin ist ein Zeichen, das nicht gezeigt werden kann.',
  'This holds a character that does not exist.': 'Darin ist ein Zeichen, das es nicht gibt.',
  'There is no such person.': 'Diese Person gibt es nicht.',
  'You cannot ask yourself.': 'Du kannst dich nicht selbst fragen.',
  'You cannot write to yourself.': 'Du kannst dir nicht selbst schreiben.',
  'This value is not valid.': 'Das ist so nicht gültig.',
  'This username is taken.': 'Dieser Benutzername ist vergeben.',
}

const patterns: ServerWords['patterns'] = [
  [/^At least (\d+) characters?\.$/, (most) => `Mindestens ${most} Zeichen.`],
  [/^At most (\d+) characters?\.$/, (most) => `Höchstens ${most} Zeichen.`],
]

export const server: ServerWords = {
  codes,
  sentences,
  patterns,
  other: 'Das ging nicht.',
  otherField: 'Das ist so nicht gültig.',
  notification({ notificationType: type, message, sender, chatName, count, invitation }) {
    const [who, where] = [sender ?? 'Jemand', chatName ?? 'einer Unterhaltung']
    switch (type) {
      case 'new_message':
        return `${count === 1 ? 'Neue Nachricht' : `${count} neue Nachrichten`} in ${where}`
      case 'mention':
        return `${who} hat dich in ${where} erwähnt`
      case 'friend_request':
        return `${who} möchte mit dir befreundet sein.`
      case 'friend_accepted':
        return `${who} hat deine Freundschaftsanfrage angenommen.`
      case 'room_invite':
        return invitation === null
          ? `${who} hat dich zu ${where} hinzugefügt`
          : `${who} lädt dich ein, zu ${where} zurückzukommen`
      case 'role_changed':
        return `Deine Rolle in ${where} ist jetzt: ${ROLES.find(([said]) => message.includes(said))?.[1] ?? 'eine andere'}`
      default:
        return message
    }
  },
}

/** The names of roles in notifications. */
const ROLES: [said: string, role: string][] = [
  ['the owner', 'Inhaber'],
  ['an admin', 'Admin'],
  ['a member', 'Mitglied'],
]
