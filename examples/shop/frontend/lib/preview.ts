export async function preview(id: string) {
  // unmoor: ignore[hardcoded-url] the preview server runs beside the editor, never in production
  return fetch(`http://localhost:4000/preview/${id}`)
}

// unmoor: ignore[hardcoded-url] left over from the old editor
export const editor = '/editor'
