'use client'

import { useEffect, useState } from 'react'

const links = [{ title: 'Handbook', href: 'https://docs.example.org/handbook' }]

export default function Admin() {
  const [waiting, setWaiting] = useState(0)

  useEffect(() => {
    fetch(`${location.protocol}//${location.hostname}:8025/api/v1/messages`)
      .then((response) => response.json())
      .then((mail) => setWaiting(mail.total))
  }, [])

  return (
    <ul>
      <li>{waiting} mails</li>
      {links.map((link) => (
        <li key={link.href}>
          <a href={link.href}>{link.title}</a>
        </li>
      ))}
      <li>
        <a href="http://grafana:3000/d/shop">Dashboards</a>
      </li>
    </ul>
  )
}
