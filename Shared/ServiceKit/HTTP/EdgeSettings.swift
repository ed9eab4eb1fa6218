/// What the server lets in, and for how long.
package struct EdgeSettings: Sendable {
  /// Bytes of a body, where a route does not stream it.
  package var bodyLimit = 1 << 20
  /// How long a request may take, from its head to its answer.
  package var timeLimit: Duration = .seconds(10)
  /// Requests that are worked on at once; more are answered 503.
  package var inFlight = 256
  /// Open connections; more wait to be accepted.
  package var connections = 1_024
  /// How long a connection may say nothing: also while it sends a head.
  package var idleLimit: Duration = .seconds(30)
  /// Per caller: a token's subject, or else an address. Nil sets no limit.
  package var rate: RateLimiter.Rate? = RateLimiter.Rate(perSecond: 50, burst: 200)
  /// How many proxies of ours stand before the service and add to `X-Forwarded-For`.
  package var trustedProxies = 0
  /// Bytes of a request's target.
  package var targetLimit = 8_192

  package init() {}
}
