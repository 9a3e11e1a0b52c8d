FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json* tsconfig.base.json ./
COPY backend/package.json backend/
RUN npm install --workspace backend
COPY backend backend
RUN npm run build --workspace backend

FROM node:20-slim AS runtime
WORKDIR /app
ENV NODE_ENV=production PORT=3011
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/backend/dist ./dist
COPY backend/templates ./templates
EXPOSE 3011
HEALTHCHECK --interval=15s CMD curl -f http://localhost:3011/health || exit 1
CMD ["node", "dist/index.js"]
