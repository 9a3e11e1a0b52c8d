import { createTransport } from 'nodemailer'

const transport = createTransport({
  host: process.env.SMTP_HOST ?? 'localhost',
  port: Number(process.env.SMTP_PORT ?? 1025),
})

export function sendMail(to: string, text: string) {
  return transport.sendMail({ from: 'shop@example.org', to, text })
}
