import Foundation

/// HTTP/1.1 by plain sockets: one request over one connection of its own, to a port of this machine.
package enum PlainHTTP {
  /// What was answered.
  package struct Answer: Sendable {
    package var status: Int
    /// In their order, as they came.
    package var headers: [(name: String, value: String)]
    package var body: Data
  }

  /// Why there is no answer: nothing is said about whether the request arrived.
  package struct NoAnswer: Error, CustomStringConvertible {
    package var description: String
    package init(description: String) { self.description = description }
  }

  /// Sends a request and waits for the whole answer.
  ///
  /// - Parameters:
  ///   - target: path and query.
  ///   - timeout: for how many seconds the other side may stay silent.
  /// - Throws: ``NoAnswer`` when the connection is refused, breaks, or stays silent for so long.
  package static func exchange(
    _ method: String, _ target: String, headers: [(name: String, value: String)], body: Data?, port: Int, timeout: Int
  ) async throws -> Answer {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if body != nil || !["GET", "HEAD"].contains(method) { head += "Content-Length: \(body?.count ?? 0)\r\n" }
    let bytes = Data((head + "\r\n").utf8) + (body ?? Data())
    return try await withCheckedThrowingContinuation { continuation in
      queue.async {
        continuation.resume(with: Result { try exchange(bytes, port, timeout, hasBody: method != "HEAD") })
      }
    }
  }

  private static let queue = DispatchQueue(label: "http", attributes: .concurrent)

  private static func exchange(_ request: Data, _ port: Int, _ timeout: Int, hasBody: Bool) throws -> Answer {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw NoAnswer(description: "no socket") }
    defer { close(descriptor) }
    var limit = timeval(tv_sec: timeout, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else { throw NoAnswer(description: "connect: \(String(cString: strerror(errno)))") }
    // Who answers before all is sent may close; the answer is there all the same.
    try? write(request, to: descriptor)
    var received = Data()
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count == 0 || (count < 0 && errno == ECONNRESET && !received.isEmpty) { break }
      guard count > 0 else { throw NoAnswer(description: "recv: \(String(cString: strerror(errno)))") }
      received.append(contentsOf: buffer[..<count])
    }
    return try parse(received, hasBody: hasBody)
  }

  private static func write(_ bytes: Data, to descriptor: Int32) throws {
    try bytes.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = Glibc.send(
          descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
        guard count > 0 else { throw NoAnswer(description: "send: \(String(cString: strerror(errno)))") }
        sent += count
      }
    }
  }

  private static func parse(_ data: Data, hasBody: Bool) throws -> Answer {
    guard let end = data.range(of: Data("\r\n\r\n".utf8)) else { throw NoAnswer(description: "the answer was cut off") }
    let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count > 1, let status = Int(words[1]) else { throw NoAnswer(description: "no status line") }
    var headers: [(name: String, value: String)] = []
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers.append((String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)))
    }
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
    var body = Data(data[end.upperBound...])
    if !hasBody { return Answer(status: status, headers: headers, body: body) }
    if header("transfer-encoding") == "chunked" {
      body = try joined(body)
    } else if let length = header("content-length").flatMap({ Int($0) }) {
      guard body.count >= length else { throw NoAnswer(description: "the body was cut off") }
    }
    return Answer(status: status, headers: headers, body: body)
  }

  private static func joined(_ chunks: Data) throws -> Data {
    var (result, rest) = (Data(), chunks)
    while let line = rest.range(of: Data("\r\n".utf8)) {
      let text = String(decoding: rest[rest.startIndex..<line.lowerBound], as: UTF8.self)
      guard let size = Int(text, radix: 16), rest.endIndex - line.upperBound >= size + 2 else { break }
      if size == 0 { return result }
      result += rest[line.upperBound..<line.upperBound + size]
      rest = Data(rest[(line.upperBound + size + 2)...])
    }
    throw NoAnswer(description: "the body was cut off")
  }
}
