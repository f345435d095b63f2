/** `GET /healthz`: whether this collector is alive. `GET /readyz`: whether all that it needs works, and if not, why. */
import { openToAll } from './answers.ts';

export interface Health {
  ready: boolean;
  /** What is wrong, for a person; also where it does not keep the collector from its work. */
  detail?: string;
}

/** @param health asked each time; without it the collector is ready as soon as it answers */
export function getHealth(health: () => Health = () => ({ ready: true })) {
  return (): Response => {
    const { ready, detail } = health();
    const status = ready ? 'ok' : 'unavailable';
    const body = { status, ...(detail !== undefined && { detail }) };
    return new Response(JSON.stringify(body), {
      status: ready ? 200 : 503,
      headers: { ...openToAll, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    });
  };
}
