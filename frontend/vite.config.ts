import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds the Go server; `make dev` sets it. */
const SERVER = process.env.TIDINGS_SERVER ?? 'http://127.0.0.1:8080';

const SERVER_PATHS = ['/auth', '/upload', '/export', '/sandbox', '/playground', '/healthz'];

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    proxy: {
      '/graphql': { target: SERVER, ws: true },
      ...Object.fromEntries(SERVER_PATHS.map((path) => [`${path}/`, { target: SERVER }])),
    },
  },
  build: {
    target: 'es2022',
    manifest: true,
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: 'vendor-react', test: /node_modules\/(react|react-dom|scheduler)\// }],
        },
      },
    },
  },
});
