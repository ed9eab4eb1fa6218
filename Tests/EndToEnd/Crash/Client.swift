import CooperationModel
import Foundation
import Synchronization

/// A client as the suite asks clients to be: what was not answered, it repeats with the same `Idempotency-Key`, through
/// whichever instance answers.
final class PatientClient: Sendable {
  private let suite: RunningSuite
  /// How long it repeats.
  private let patience: Duration
  fileprivate let tally = Mutex(Tally())

  struct Tally: Sendable {
    var calls = 0
    var repeats = 0
    /// What was promised: the entity's path and the version that it has at least.
    var promises: [Promise] = []
    var declarations = DeclarationModel()
    var refusals: [String: Int] = [:]
    var longest: Double = 0
  }

  struct Promise: Sendable {
    var path: String
    var version: Int
  }

  /// - Parameters:
  ///   - patience: how long it repeats.
  ///   - declarations: what was declared before.
  init(
    _ suite: RunningSuite, patience: Duration = .seconds(60), declarations: DeclarationModel = DeclarationModel()
  ) {
    self.suite = suite
    self.patience = patience
    tally.withLock { $0.declarations = declarations }
  }

  var counts: Tally { tally.withLock { $0 } }

  /// Calls until there is an answer that decides.
  ///
  /// - Parameters:
  ///   - awaited: a 404 may be another front's table that is late with what was just made: repeated for a while.
  func call(
    _ service: Service, _ method: String, _ path: String, as token: String, _ body: JSONValue? = nil,
    key: String? = nil,
    ifMatch: Int? = nil, awaited: Bool = false
  ) async throws -> Answer {
    let start = ContinuousClock.now
    let count = suite.of(service).count
    var attempt = Int.random(in: 0..<count)
    tally.withLock { $0.calls += 1 }
    defer {
      let took = start.duration(to: .now) / .seconds(1)
      tally.withLock { $0.longest = max($0.longest, took) }
    }
    var headers: [String: String] = [:]
    headers["Idempotency-Key"] = key
    headers["If-Match"] = ifMatch.map { "\"\($0)\"" }
    while true {
      attempt += 1
      var last: String
      do {
        let answer = try await suite.call(
          service, method, path, as: token, body, headers: headers, instance: attempt % count)
        switch answer.status {
        case 202, 429, 503: last = "\(answer.status)"
        case 404 where awaited && start.duration(to: .now) < .seconds(20): last = "404"
        case 500...: throw NoSuchAnswer(description: "\(method) \(path): \(answer.status) \(answer.text)")
        default: return answer
        }
      } catch let error as NoAnswer {
        last = "\(error)"
      }
      tally.withLock { $0.repeats += 1 }
      guard start.duration(to: .now) < patience else {
        throw NoSuchAnswer(description: "\(method) \(path) was not answered within \(patience): \(last)")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Changes something, and notes what was promised.
  @discardableResult
  func change(
    _ service: Service, _ method: String, _ path: String, as token: String, _ body: JSONValue, key: String,
    ifMatch: Int? = nil
  ) async throws -> Answer {
    let answer = try await call(service, method, path, as: token, body, key: key, ifMatch: ifMatch, awaited: true)
    tally.withLock { tally in
      if (200...299).contains(answer.status) {
        // A created entity's address is in the answer; an order's, or an answer's, is its path less the verb.
        let verbs = ["publish", "conclude", "close", "answer", "contact"]
        let parts = path.split(separator: "/").map(String.init)
        let entity = verbs.contains(parts.last ?? "") ? "/" + parts.dropLast().joined(separator: "/") : path
        tally.promises.append(Promise(path: answer.headers["location"] ?? entity, version: answer.version ?? 0))
      } else {
        tally.refusals["\(answer.status) \(answer.json["type"]?.string ?? "")", default: 0] += 1
      }
    }
    return answer
  }
}

extension PatientClient {
  /// Declares, and notes the revision that was acknowledged.
  func declare(
    _ lines: [DeclaredLine], for collectivite: CollectiviteID, as token: String, key: String, ifMatch: Int?
  ) async throws {
    let body: JSONValue = [
      "collectivite": .string(collectivite.rawValue), "year": .integer(Int64(CrashPopulation.year)),
      "lines": .array(lines.map(\.body)),
    ]
    let answer = try await call(.apd, "POST", "/declarations", as: token, body, key: key, ifMatch: ifMatch)
    tally.withLock { tally in
      guard (200...299).contains(answer.status), let revision = answer.version else {
        return tally.refusals["\(answer.status) \(answer.json["type"]?.string ?? "")", default: 0] += 1
      }
      tally.declarations.note(lines, of: collectivite, revision: revision)
    }
  }
}

/// An answer that no client should get.
struct NoSuchAnswer: Error, CustomStringConvertible {
  var description: String
}
