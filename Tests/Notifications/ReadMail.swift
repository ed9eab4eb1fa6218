import Foundation
import OutsideWorld
import Testing

/// A mail as Python's email package reads it.
struct ReadMail: Decodable {
  var headers: [[String]]
  var addresses: [String: [[String]]]
  var text: String
  var html: String
  var defects: [String]

  init(_ bytes: [UInt8]) throws { self = try #require(Self.all([bytes]).first) }

  /// Many mails, read by one process.
  static func all(_ mails: [[UInt8]]) throws -> [ReadMail] {
    let process = Python.process([Python.script("read_mail.py")])
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // The script reads all of its input before it writes.
    let lines = mails.map { Data($0).base64EncodedString() + "\n" }.joined()
    try input.fileHandleForWriting.write(contentsOf: Data("\(mails.count)\n\(lines)".utf8))
    return try (0..<mails.count).map { _ in
      try JSONDecoder().decode(ReadMail.self, from: output.fileHandleForReading.readLine())
    }
  }

  func header(_ name: String) -> String? { headers.first { $0.first == name }?.last }
  var headerNames: [String] { headers.compactMap(\.first) }
}
