import CooperationModel
import Synchronization

/// Whether a service can do its work: named conditions, each held by whoever knows about it.
package final class Health: Sendable {
  /// One thing that must be so.
  package struct Condition: Equatable, Sendable, Encodable {
    package var name: String
    package var isMet: Bool
    /// What is so, or what is missing and what to do about it; in English, for operators.
    package var text: String

    enum CodingKeys: String, CodingKey {
      case name, text
      case isMet = "ready"
    }
  }

  private let service: String
  private let instance: String
  private let conditions = Mutex<[String: Condition]>([:])

  package init(service: String, instance: String) {
    self.service = service
    self.instance = instance
  }

  /// Says how a condition stands. One that was never named is not waited for: name it, unmet, at the start.
  package func set(_ name: String, _ isMet: Bool, _ text: String) {
    conditions.withLock { $0[name] = Condition(name: name, isMet: isMet, text: text) }
  }

  /// Forgets a condition: a partition that has gone elsewhere.
  package func remove(_ name: String) { conditions.withLock { $0[name] = nil } }

  /// By name.
  package var all: [Condition] { conditions.withLock { $0.values.sorted { $0.name < $1.name } } }

  package var isReady: Bool { conditions.withLock { $0.values.allSatisfy(\.isMet) } }

  private struct Report: Encodable {
    var service: String
    var instance: String
    var ready: Bool
    /// What is missing.
    var reasons: [String]
    var conditions: [Condition]
  }

  var routes: [Route] {
    let schema = Schema.object(
      required: [
        "service": .string(), "instance": .string(), "ready": .boolean, "reasons": .array(.string()),
        "conditions": .array(.object(required: ["name": .string(), "ready": .boolean, "text": .string()])),
      ]
    ).named("Readiness")
    var live = Route(
      .get, "/health/live", "readLiveness", fr: "Le processus répond", en: "The process answers", access: .everyone,
      answers: [
        Route.Answer(200, fr: "Il répond", en: "It answers", .object(required: ["live": .boolean]))
      ]
    ) { _ in try .json(["live": true]) }
    live.isVital = true
    var ready = Route(
      .get, "/health/ready", "readReadiness", fr: "Le service peut faire son travail, ou ce qui lui manque",
      en: "The service can do its work, or what it lacks", access: .everyone,
      answers: [
        Route.Answer(200, fr: "Il le peut", en: "It can", schema),
        Route.Answer(503, fr: "Il lui manque quelque chose", en: "It lacks something", schema),
      ]
    ) { [self] _ in
      let conditions = all
      let missing = conditions.filter { !$0.isMet }
      let report = Report(
        service: service, instance: instance, ready: missing.isEmpty,
        reasons: missing.map { "\($0.name): \($0.text)" }, conditions: conditions)
      let reply = try Reply.json(report, status: missing.isEmpty ? 200 : 503)
      return missing.isEmpty ? reply : reply.with(.retryAfter, "1")
    }
    ready.isVital = true
    return [live, ready]
  }
}
