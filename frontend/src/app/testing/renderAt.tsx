import { createMemoryHistory } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { App } from '@/app/App';
import { createAppRouter } from '@/app/router';
import { type RootValue, schemaClient } from '@/shared/testing/schemaClient';

/** Renders the whole console at an address, against answers of the test. */
export function renderAt(address: string, root: RootValue) {
  const router = createAppRouter(createMemoryHistory({ initialEntries: [address] }));
  render(<App client={schemaClient(root)} router={router} />);
  return router;
}
