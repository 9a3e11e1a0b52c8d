const LOCAL_API = 'http://localhost:3011'

export const config = {
  apiUrl: process.env.NEXT_PUBLIC_API_URL || LOCAL_API,
  uploads: process.env.NEXT_PUBLIC_UPLOADS_URL ? process.env.NEXT_PUBLIC_UPLOADS_URL : 'http://localhost:3011/uploads',
  analytics: 'https://stats.example.org/event',
  supportChat: 'http://10.20.0.14:8065/widget',
}
