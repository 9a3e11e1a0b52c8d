import type { NextConfig } from 'next'

const backend = process.env.BACKEND_URL || 'http://localhost:3011'

const config: NextConfig = {
  output: 'standalone',
  images: {
    remotePatterns: [
      { protocol: 'https', hostname: 'images.example.org' },
      { protocol: 'http', hostname: 'localhost', port: '3011' },
    ],
  },
  async rewrites() {
    return [
      { source: '/api/orders/:path*', destination: `${backend}/api/orders/:path*` },
      { source: '/api/products/:path*', destination: `${backend}/api/products/:path*` },
      { source: '/api/products/featured', destination: `${backend}/api/featured` },
      { source: '/uploads/:path*', destination: 'http://localhost:3011/uploads/:path*' },
    ]
  },
}

export default config
