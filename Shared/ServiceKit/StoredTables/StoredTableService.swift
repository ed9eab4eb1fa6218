import CooperationModel
import ServiceLifecycle

/// A stored table as a part of the process, with its readiness.
package struct StoredTableService<Key: Identifier, Value: Codable & Sendable, State: KnowsSettings>: Service {
  package let table: StoredTable<Key, Value>
  private let front: Front<State>
  private let name: String
  private let health: Health

  /// - Parameter front: knows the log's id.
  package init(_ table: StoredTable<Key, Value>, of front: Front<State>, name: String, health: Health) {
    self.table = table
    self.front = front
    self.name = name
    self.health = health
    health.set(name, false, FrontStatus.reading.text)
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown { [table, front, name, health] in
      await table.run {
        await front.logID()
      } report: { status in
        health.set(name, status.isReady, status.text)
      }
    }
  }
}
