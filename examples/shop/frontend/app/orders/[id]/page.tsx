import { getOrder } from '@/lib/api/orders'
import { OrderStatus } from './OrderStatus'

export default async function Order({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const order = await getOrder(id)
  return (
    <main>
      <h1>Order {order.id}</h1>
      <OrderStatus id={id} />
    </main>
  )
}
