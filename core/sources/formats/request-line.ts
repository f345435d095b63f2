/** `GET /a?x=1 HTTP/1.1` → its three words. */

export interface RequestLine {
  method: string;
  target: string;
  protocol: string | undefined;
}

const methodShape = /^[A-Z_-]{1,32}$/;

/** Anything else (a scanner's garbage, an empty request) is kept as the target, without a method. */
export function splitRequest(request: string): RequestLine {
  const first = request.indexOf(' ');
  const last = request.lastIndexOf(' ');
  if (first <= 0 || !methodShape.test(request.slice(0, first)))
    return { method: '', target: request, protocol: undefined };
  if (last === first)
    return {
      method: request.slice(0, first),
      target: request.slice(first + 1),
      protocol: undefined,
    };
  return {
    method: request.slice(0, first),
    target: request.slice(first + 1, last),
    protocol: request.slice(last + 1),
  };
}

const absoluteShape = /^(?:https?|wss?):\/\/([^/?#]*)/i;

/** `https://shop.example:443/a` → host and `/a`: proxies and balancers write targets whole. */
export function splitTarget(target: string): { host: string | undefined; target: string } {
  const found = absoluteShape.exec(target);
  if (!found) return { host: undefined, target };
  const rest = target.slice(found[0].length);
  return { host: found[1] || undefined, target: rest.startsWith('/') ? rest : `/${rest}` };
}
