import CooperationModel
import Foundation
import ServiceKit
import TopicBus

/// The settings that stand in the log, and how the operator changes them.
struct SettingsBook {
  private let bus: any TopicBus
  private(set) var settings: [SettingID: Setting]

  init(_ bus: any TopicBus) async throws {
    self.bus = bus
    settings = try await bus.table(of: Topics.settings)
  }

  /// In the order of their names.
  var all: [Setting] { settings.values.sorted { $0.id < $1.id } }

  subscript(id: SettingID) -> Setting? { settings[id] }

  /// A setting as the type of its kind; nil when it was never set, or cannot be read.
  func value<T: Decodable>(_ id: SettingID, as type: T.Type) -> T? {
    settings[id].flatMap { try? $0.value.decoded(as: type) }
  }

  /// Writes a setting's next version, unless it says that already.
  ///
  /// - Returns: the setting as it stands then, and whether it was written.
  @discardableResult
  mutating func set(_ id: SettingID, _ value: JSONValue, at time: Instant) async throws -> (Setting, written: Bool) {
    if let known = settings[id], known.value == value { return (known, false) }
    let next = Setting(id: id, version: (settings[id]?.version ?? 0) + 1, value: value)
    let record = try Topics.settings.record(
      id, next, partition: 0, time: time, source: "bourse", cause: "setting \(id) version \(next.version)")
    _ = try await bus.append([record])
    settings[id] = next
    return (next, true)
  }
}
