FROM node:20-slim AS worker
WORKDIR /app
COPY package.json package-lock.json* tsconfig.base.json ./
COPY backend/package.json backend/
RUN npm install --workspace backend
COPY backend backend
COPY docs/search-schema.json ./
RUN npm run build --workspace backend && mv backend/dist dist
CMD ["node", "dist/jobs/reindex.js"]
