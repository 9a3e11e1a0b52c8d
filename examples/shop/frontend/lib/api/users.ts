const base = typeof window === 'undefined' ? 'http://backend:3011' : ''

export async function login(email: string, password: string) {
  const response = await fetch(`${base}/api/users/login`, {
    method: 'POST',
    body: JSON.stringify({ email, password }),
  })
  return response.json()
}

export function logout({ url = 'http://localhost:3011/api/users/logout' } = {}) {
  return fetch(url, { method: 'POST' })
}
