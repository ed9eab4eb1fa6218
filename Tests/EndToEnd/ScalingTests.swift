import CooperationModel
import Foundation
import ServiceKit
import Testing
import TopicBus

/// Several processes of each service.
@Suite("Instances share the work, and others take it over", .serialized)
struct ScalingTests {
  @Test("partitions are shared, move at a stop and after a kill, and every process ends with 0")
  func takeover() async throws {
    try await RunningSuite.run([.ingestion: 2, .matcher: 3, .notifications: 2]) { suite in
      try await shared(suite, "matcher-ranking", by: 3)
      try await shared(suite, "ingestion", by: 2)
      try await shared(suite, "notifications", by: 2)

      #expect(await suite.of(.matcher)[0].stop().end == .exited(0))
      try await shared(suite, "matcher-ranking", by: 2)
      try await shared(suite, "matcher-allocation", by: 1)

      await suite.of(.matcher)[1].kill()
      try await shared(suite, "matcher-ranking", by: 1)
      try await shared(suite, "matcher-allocation", by: 1)
      await suite.of(.ingestion)[0].kill()
      try await shared(suite, "ingestion", by: 1)

      // Whoever is left does all of the work.
      let put = try await suite.call(
        .ingestion, "PUT", "/profiles/commune:35238", as: try await suite.token(.ministry), ["themes": []], instance: 1)
      #expect(put.status == 201, "\(put.text)")
      for instance in suite.instances where instance.process?.end == nil {
        let end = await instance.stop().end
        #expect(end == .exited(0), "\(instance.description): \(String(describing: end))")
      }
    }
  }

  /// Waits until the group's partitions are all owned, by so many members.
  private func shared(_ suite: RunningSuite, _ group: String, by count: Int) async throws {
    try await until("\(group) is shared by \(count)", within: 10) {
      let found = try await suite.bus.describeGroups().first { $0.group == group }
      let owners = found?.members.filter { !$0.partitions.isEmpty } ?? []
      let owned = Set(owners.flatMap(\.partitions)).count
      let members = group == "matcher-allocation" ? 1 : count
      guard owners.count == members, owned == found?.partitions.count, owned > 0 else {
        throw NoAnswer(description: "\(found?.members.map { "\($0.instance): \($0.partitions.count)" } ?? [])")
      }
      return true
    }
  }
}
