import CooperationModel
import SimulatedBus
import TopicBus

@testable import ServiceKit

/// Every version of every key of one topic, as the log brought them: a plain fold.
struct History<Key: Identifier, Value: Codable & Equatable & Sendable>: Sendable {
  let contract: TopicContract<Key, Value>
  private(set) var newest: [Key: Value] = [:]
  /// All that was written of a key, in order; nil where it was erased.
  private(set) var versions: [Key: [Version]] = [:]
  /// Keys whose newest record cannot be read, with the record that could be read last.
  private(set) var unreadable: [UnreadableKey: Record?] = [:]
  private var newestRecord: [Key: Record] = [:]
  /// What was read last; nil when it was a tombstone, or could not be read.
  private(set) var last: Value?

  struct Version: Sendable {
    var value: Value?
    /// When its writer wrote it.
    var at: Instant
    var partition: Int
    /// Written by an operator in place of one that could not be read.
    var isRepair: Bool
  }

  struct UnreadableKey: Hashable, Comparable, Sendable {
    var partition: Int
    var key: [UInt8]
    static func < (left: Self, right: Self) -> Bool {
      left.partition == right.partition
        ? left.key.lexicographicallyPrecedes(right.key) : left.partition < right.partition
    }
  }

  init(_ contract: TopicContract<Key, Value>) { self.contract = contract }

  var keys: [Key] { versions.keys.sorted() }
  var living: [Value] { newest.keys.sorted().compactMap { newest[$0] } }
  subscript(key: Key) -> Value? { newest[key] }

  /// The bytes of a key's newest readable value.
  func bytes(of key: Key) -> [UInt8]? { newestRecord[key]?.value }

  mutating func take(_ record: Record) {
    last = nil
    let place = UnreadableKey(partition: record.partition, key: record.key)
    if contract.erasesNothing(record) {
      unreadable[place] = nil
      return
    }
    do {
      let (key, value) = try contract.read(record)
      unreadable[place] = nil
      newest[key] = value
      last = value
      newestRecord[key] = record
      versions[key, default: []].append(
        Version(
          value: value, at: Instant(milliseconds: record.timestamp), partition: record.partition,
          isRepair: record.header("ce_source") == "bourse"))
    } catch {
      let key = Key(rawValue: String(decoding: record.key, as: UTF8.self))
      let last = key.flatMap { newestRecord[$0] }
      unreadable[place] = .some(last?.partition == record.partition ? last : nil)
    }
  }

  /// The first key whose versions are not 1, 2, 3 … as written after another.
  func gap(_ number: (Value) -> Int) -> String? {
    for key in keys {
      var last = 0
      for version in versions[key] ?? [] {
        guard let value = version.value else {
          last = 0
          continue
        }
        let new = number(value)
        if version.isRepair, new == last || last == 0 {
          last = new
          continue
        }
        guard new == last + 1 else { return "\(contract.name) \(key) goes from version \(last) to \(new)" }
        last = new
      }
    }
    return nil
  }
}
