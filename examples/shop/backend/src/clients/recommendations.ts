import { env } from '../env'

export async function recommendationsFor(id: string): Promise<number[]> {
  const response = await fetch(`${env.RECOMMENDATIONS_URL}/recommendations/${id}`)
  return response.ok ? response.json() : []
}

export function retrain() {
  return fetch('http://recommendations:8090/train', { method: 'POST' })
}

export function modelInfo() {
  return fetch('http://recommendations:8000/model')
}
