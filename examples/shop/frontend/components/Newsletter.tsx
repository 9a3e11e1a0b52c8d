'use client'

export function Newsletter({ endpoint = 'http://localhost:3011/api/newsletter' }: { endpoint?: string }) {
  async function subscribe(form: FormData) {
    await fetch(endpoint, { method: 'POST', body: form })
  }
  return (
    <form action={subscribe}>
      <input name="email" type="email" />
      <button>Subscribe</button>
    </form>
  )
}
