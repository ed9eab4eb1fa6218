import Foundation
import TopicBus

/// Records of a size, as both sides write and read them.
struct KafkaLoad {
  let size: Int
  let records: [Outgoing]
  /// How many one append takes: a thousand, or what is 4 MB.
  var batch: Int { min(1_000, (4 << 20) / size) }

  /// - Parameter size: of key, value and headers together. From 400 bytes on a record has the eight headers that every
  ///   message has; below there is room for its id alone.
  init(_ topic: String, size: Int, count: Int = 4_000, partitions: Int = 12) {
    self.size = size
    let headers = Self.headers(of: 0, few: size < 400)
    let taken = headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) } + 13
    let value = [UInt8](repeating: 0x61, count: size - taken)
    records = (0..<count).map { number in
      Outgoing(
        topic: topic, partition: number % partitions, key: Array("commune:\(10_000 + number % 90_000)".utf8),
        value: value, headers: Self.headers(of: number, few: size < 400), timestamp: 1_800_000_000_000)
    }
  }

  /// As messages have them: what names a record differs, the rest does not.
  private static func headers(of number: Int, few: Bool) -> Headers {
    let id = Header("ce_id", String(format: "0f2c6f9e-1b7a-8e53-9d6e-%012x", number))
    if few { return [id] }
    return [
      Header("ce_specversion", "1.0"), id, Header("ce_source", "ingestion"),
      Header("ce_type", "fr.bourse-projets.profile.changed.v1"),
      Header("ce_time", String(format: "2026-11-24T12:00:%02d.%03dZ", number / 1_000 % 60, number % 1_000)),
      Header("ce_subject", "commune:\(10_000 + number % 90_000)"), Header("content-type", "application/json"),
      Header("traceparent", String(format: "00-0af7651916cd43dd8448eb21%08x-b7ad6b7169203331-01", number)),
    ]
  }
}

/// What was read: every byte of key, value and headers, so that nothing is spared by not looking.
struct ReadBytes: Equatable {
  private(set) var records = 0
  private var sum: UInt64 = 0

  mutating func noteRecord() { records += 1 }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while rest.count >= 8 {
      sum &+= rest.loadUnaligned(as: UInt64.self)
      rest = UnsafeRawBufferPointer(rebasing: rest[8...])
    }
    for byte in rest { sum &+= UInt64(byte) }
  }

  mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  mutating func add(_ record: Record) {
    noteRecord()
    add(record.key)
    if let value = record.value { add(value) }
    record.headers.withEach { header in
      add(header.name)
      if let value = header.value { add(value) }
    }
  }
}

/// What this process holds in memory.
enum ResidentMemory {
  /// In MB.
  static var now: Double { figure("VmRSS:") }
  /// The most since ``beginAnew()``, in MB.
  static var most: Double { figure("VmHWM:") }

  static func beginAnew() { try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs")) }

  private static func figure(_ name: String) -> Double {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
    return line.split { !$0.isNumber }.first.flatMap { Double($0) }.map { $0 / 1_024 } ?? 0
  }
}
