// unmoor: ignore-file[hardcoded-url] feature flags are served by a tool that each developer starts by hand
const FLAGS = 'http://localhost:4242/api/frontend'

export async function flag(name: string): Promise<boolean> {
  const response = await fetch(`${FLAGS}?name=${name}`)
  return response.ok
}
