import express from 'express'

import { allowOrigins } from './cors'
import { cart } from './routes/cart'
import { health } from './routes/health'
import { orders } from './routes/orders'
import { products } from './routes/products'
import { users } from './routes/users'

export const app = express()

app.use(allowOrigins)
app.use(express.json())
app.use('/health', health)
app.use('/api/cart', cart)
app.use('/api/orders', orders)
app.use('/api/products', products)
app.use('/api/users', users)
