declare module 'proxy-from-env' {
  /** The proxy that `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say is for `url`; empty when there is none. */
  export function getProxyForUrl(url: string | URL): string
}
