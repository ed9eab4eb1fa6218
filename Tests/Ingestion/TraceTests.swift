import CooperationModel
import Foundation
import HTTPTypes
import Hummingbird
import Testing
import TopicBus

@testable import Ingestion
@testable import ServiceKit

@Suite("Traces", .timeLimit(.minutes(1)))
struct TraceTests {
  @Test("a request's trace stands in its command, and in what the command became")
  func carried() async throws {
    let service = try await RunningService()
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    try await service.run { client in
      for isTraced in [false, true] {
        var headers: HTTPFields = [.contentType: "application/json", .idempotencyKey: "k-\(isTraced)"]
        headers[.authorization] = "Bearer \(try await client.token(.collectivite("commune:35238")) ?? "")"
        let name = try #require(HTTPField.Name("traceparent"))
        if isTraced { headers[name] = "00-\(trace)-00f067aa0ba902b7-01" }
        let body = Data(Sample.contact.utf8)
        let answer = try await client.client.execute(uri: "/contacts", method: .post, headers: headers, body: body)
        #expect(answer.status == .created)
        var parents: [String: [String]] = [:]
        for topic in [Topics.ingestionCommands.topic, Topics.contacts.topic, Topics.commandOutcomes.topic] {
          parents[topic] = try await service.records(of: topic).map { $0.header("traceparent") ?? "" }
          #expect(parents[topic]?.count == (isTraced ? 2 : 1), "\(topic)")
        }
        let all = parents.values.joined()
        #expect(all.allSatisfy { TraceContext(carried: $0) != nil }, "a record without a trace")
        #expect(all.count { $0.hasPrefix("00-\(trace)-") && $0.hasSuffix("-01") } == (isTraced ? 3 : 0))
        // The parent is this service's own span of the request, not the caller's.
        #expect(!all.contains { $0.contains("00f067aa0ba902b7") })
      }
    }
  }
}

extension RunningService {
  /// Every record of a topic, by partition and offset.
  fileprivate func records(of topic: String) async throws -> [Record] {
    let partitions = (0..<12).map { TopicPartition(topic, $0) }
    let ends = try await bus.ends(of: partitions)
    var missing = ends.filter { $0.value.high > $0.value.low }.mapValues(\.high)
    let reader = try await bus.reader(from: ends.filter { missing[$0.key] != nil }.mapValues(\.low))
    var records: [Record] = []
    while !missing.isEmpty {
      let slice = try await reader.next(limit: FetchLimit(), timeout: 1_000)
      records += slice.records
      missing = missing.filter { $0.value > slice.positions[$0.key] ?? 0 }
    }
    await reader.close()
    return records
  }
}
