import { useEffect } from 'react';
import { useQuery } from 'urql';
import { AudienceUploadQuery } from './AudienceUpload';

const POLL_MS = 1000;

/** An upload by its ID, read again each second until the server is done with it. */
export function useUpload(id: string | null) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AudienceUploadQuery,
    variables: { id: id ?? '' },
    pause: id === null,
  });
  const upload = id !== null && data?.upload.id === id ? data.upload : null;
  const isMoving = upload?.status === 'RECEIVING' || upload?.status === 'RESOLVING';

  useEffect(
    function pollWhileMoving() {
      if (!isMoving) return;
      const timer = setInterval(() => refetch({ requestPolicy: 'network-only' }), POLL_MS);
      return () => clearInterval(timer);
    },
    [isMoving, refetch],
  );
  return { upload, error, fetching };
}
