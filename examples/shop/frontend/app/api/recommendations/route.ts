const SERVICE = process.env.RECOMMENDATIONS_URL

export async function GET(request: Request) {
  const { searchParams } = new URL(request.url, 'http://localhost')
  const response = await fetch(`${SERVICE}/recommendations?user=${searchParams.get('user')}`)
  return Response.json(await response.json())
}
