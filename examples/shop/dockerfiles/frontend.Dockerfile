FROM node:20-alpine AS base
WORKDIR /app
COPY package.json package-lock.json* ./
COPY frontend/package.json frontend/
RUN npm install --workspace frontend

FROM base AS development
COPY frontend frontend
EXPOSE 3000
CMD ["npm", "run", "dev", "--workspace", "frontend"]

FROM base AS builder
ARG APP_VERSION
ENV NEXT_TELEMETRY_DISABLED=1 \
    APP_VERSION=${APP_VERSION}
COPY tsconfig.base.json ./
COPY frontend frontend
RUN npm run build --workspace frontend

FROM node:20-alpine AS runner
WORKDIR /app
ENV NODE_ENV=production HOSTNAME=0.0.0.0 PORT=3000
COPY --from=builder /app/frontend/.next/standalone ./
COPY --from=builder /app/frontend/.next/static ./frontend/.next/static
COPY --from=builder /app/frontend/public ./frontend/public
EXPOSE 3000
HEALTHCHECK CMD wget -q --spider http://127.0.0.1:3000/api/health || exit 1
CMD ["node", "frontend/server.js"]
