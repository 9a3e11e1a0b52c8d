export function CartIcon() {
  return (
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24">
      <path d="M7 18a2 2 0 1 0 0 4 2 2 0 0 0 0-4z" />
    </svg>
  )
}
