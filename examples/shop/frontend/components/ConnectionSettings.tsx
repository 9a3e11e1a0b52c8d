'use client'

import { useState } from 'react'

/** Shown to shop owners who run their own payment gateway. */
export function ConnectionSettings() {
  const [gateway, setGateway] = useState('')
  const local = gateway.startsWith('http://localhost')
  return (
    <label>
      Gateway
      <input value={gateway} placeholder="http://localhost:4010" onChange={(event) => setGateway(event.target.value)} />
      {local && <em>A local gateway takes no real payments.</em>}
    </label>
  )
}
