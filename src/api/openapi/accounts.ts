/** Accounts and sessions. */
import * as z from 'zod'
import {
  DetailOnly,
  EraseBody,
  ForgotPasswordBody,
  LoginBody,
  LogoutBody,
  OtpRequired,
  Profile,
  ProfileBody,
  RefreshBody,
  RegisterBody,
  Registered,
  ResendBody,
  ResetPasswordBody,
  Session,
  SignedIn,
  Ticket,
  Tokens,
  Verified,
  VerifyEmailBody,
  VerifyOtpBody,
} from '../../protocol'
import { area, type Operation } from './operation'

const { get, post, put, patch, delete: remove } = area('Accounts')
const SignedOut = z.object({ message: z.string() })
const anybody = { access: 'anybody' } as const
const stale = ['token_not_valid'] as const

const code = { ...anybody, refusals: ['wrong_code'] } satisfies Partial<Operation>

const refresh = {
  ...anybody,
  body: RefreshBody,
  refusals: [...stale],
}

const change = {
  body: ProfileBody,
  files: ['profile_pic'],
  refusals: ['username_taken', 'email_taken', 'email_unverified', 'password_required'],
} satisfies Partial<Operation>

export const accounts: Operation[] = [
  post(
    '/api/register/',
    'Make an account',
    { 201: Registered },
    {
      ...anybody,
      body: RegisterBody,
      files: ['profile_pic'],
      refusals: ['email_taken', 'username_taken', 'registration_closed'],
    },
  ),
  post(
    '/api/login/',
    'Sign in',
    { 200: SignedIn, 202: OtpRequired },
    {
      ...anybody,
      body: LoginBody,
      refusals: ['wrong_credentials', 'account_disabled', 'email_unverified'],
    },
  ),
  post(
    '/api/verify-email/',
    'Show that an address is mine',
    { 200: z.union([SignedIn, Verified]) },
    { ...code, body: VerifyEmailBody },
  ),
  post(
    '/api/verify-otp/',
    'Sign in with the code that was mailed',
    { 200: SignedIn },
    { ...code, body: VerifyOtpBody },
  ),
  post('/api/resend-otp/', 'Mail me another code', { 202: DetailOnly }, { ...anybody, body: ResendBody }),
  post(
    '/api/forgot-password/',
    'Mail me a code for a new password',
    { 202: DetailOnly },
    { ...anybody, body: ForgotPasswordBody },
  ),
  post(
    '/api/reset-password/',
    'Choose a new password by code',
    { 200: DetailOnly },
    { ...code, body: ResetPasswordBody },
  ),
  post('/api/token/refresh/', 'Trade a refresh token for the next pair', { 200: Tokens }, refresh),
  post('/api/users/token/refresh/', 'Trade a refresh token for the next pair', { 200: Tokens }, refresh),
  post(
    '/api/logout/',
    'End this session and its sockets',
    { 200: SignedOut },
    { ...anybody, body: LogoutBody, refusals: [...stale] },
  ),
  get('/api/sessions/', 'Devices signed in', { 200: z.array(Session) }),
  remove('/api/sessions/', 'End all other sessions', { 204: null }),
  remove('/api/sessions/{id}/', 'End a session', { 204: null }),
  post('/api/socket-ticket/', 'A ticket that opens one socket', { 201: Ticket }),
  get('/api/profile/', 'My account', { 200: Profile }),
  put('/api/profile/', 'Change my account', { 200: Profile }, change),
  patch('/api/profile/', 'Change my account', { 200: Profile }, change),
  remove('/api/profile/', 'Erase my account; what I said stays, by nobody', { 204: null }, { body: EraseBody }),
]
