import Hummingbird

/// A request's body piece by piece. One reader, once; throws 413 beyond the limit.
package struct BodyChunks: AsyncSequence, Sendable {
  private let body: RequestBody
  private let limit: Int

  init(_ body: RequestBody, limit: Int) {
    self.body = body
    self.limit = limit
  }

  package func makeAsyncIterator() -> Iterator { Iterator(base: body.makeAsyncIterator(), limit: limit) }

  package struct Iterator: AsyncIteratorProtocol {
    var base: RequestBody.AsyncIterator
    let limit: Int
    var count = 0

    package mutating func next() async throws -> [UInt8]? {
      guard let buffer = try await base.next() else { return nil }
      count += buffer.readableBytes
      guard count <= limit else { throw Problem.tooLarge(limit: limit) }
      return Array(buffer.readableBytesView)
    }
  }

  /// All of it.
  func collected() async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await chunk in self { bytes.append(contentsOf: chunk) }
    return bytes
  }
}
