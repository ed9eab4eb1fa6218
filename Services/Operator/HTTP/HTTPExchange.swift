import CLibcurl
import Foundation
import Synchronization

/// One call of a service's HTTP interface, with a file as its body where one is given: streamed, never held whole.
final class HTTPExchange {
  struct Answer {
    var status: Int
    var body: Data
  }

  private let url: String
  private let headers: [String]
  private let upload: FileHandle?
  private let uploadSize: Int64
  private let onProgress: (Int64) -> Void
  private var sent: Int64 = 0
  private var received = Data()

  private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

  /// - Parameters:
  ///   - upload: the file to be posted; a GET without.
  ///   - onProgress: is told how many bytes of it were sent.
  init(_ url: String, headers: [String] = [], upload: String? = nil, onProgress: @escaping (Int64) -> Void = { _ in })
    throws
  {
    self.url = url
    self.headers = headers
    self.onProgress = onProgress
    if let upload {
      guard let file = FileHandle(forReadingAtPath: upload) else {
        throw Failure.missing("cannot read \(upload): name a file that this user can read")
      }
      self.upload = file
      uploadSize = fileSize(upload)
    } else {
      self.upload = nil
      uploadSize = 0
    }
  }

  /// Blocks until the answer is there.
  func perform(timeout seconds: Int) throws -> Answer {
    _ = Self.library
    guard let curl = curl_easy_init() else { throw Failure.unavailable("no memory for a connection") }
    defer { curl_easy_cleanup(curl) }
    // No answer of 100 is waited for: our services take the body at once.
    let list = (headers + ["Expect:"]).reduce(nil) { curl_slist_append($0, $1) }
    defer { curl_slist_free_all(list) }
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = clibcurl_set_text(curl, CURLOPT_URL, url)
    _ = clibcurl_set_text(curl, CURLOPT_PROTOCOLS_STR, "http,https")
    _ = clibcurl_set_list(curl, CURLOPT_HTTPHEADER, list)
    _ = clibcurl_set_long(curl, CURLOPT_NOSIGNAL, 1)
    _ = clibcurl_set_long(curl, CURLOPT_CONNECTTIMEOUT_MS, 5_000)
    _ = clibcurl_set_long(curl, CURLOPT_TIMEOUT_MS, seconds * 1_000)
    _ = clibcurl_set_writer(curl, Self.write, context)
    if upload != nil {
      _ = clibcurl_set_long(curl, CURLOPT_POST, 1)
      _ = clibcurl_set_size(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(uploadSize))
      _ = clibcurl_set_reader(curl, Self.read, context)
    }
    let code = curl_easy_perform(curl)
    guard code == CURLE_OK else {
      throw Failure.unavailable("\(url): \(String(cString: curl_easy_strerror(code)))")
    }
    var status = 0
    _ = clibcurl_get_long(curl, CURLINFO_RESPONSE_CODE, &status)
    return Answer(status: status, body: received)
  }

  private static func exchange(_ context: UnsafeMutableRawPointer?) -> HTTPExchange? {
    context.map { Unmanaged<HTTPExchange>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let read: clibcurl_transfer = { buffer, size, count, context in
    guard let exchange = exchange(context), let buffer,
      let bytes = try? exchange.upload?.read(upToCount: size * count), !bytes.isEmpty
    else { return 0 }
    bytes.copyBytes(to: UnsafeMutableRawBufferPointer(start: buffer, count: bytes.count))
    exchange.sent += Int64(bytes.count)
    exchange.onProgress(exchange.sent)
    return bytes.count
  }

  /// The most of an answer that is kept.
  private static let largestAnswer = 64 << 20

  private static let write: clibcurl_transfer = { buffer, size, count, context in
    guard let exchange = exchange(context), let buffer, exchange.received.count + size * count <= largestAnswer else {
      return 0
    }
    exchange.received.append(Data(bytes: buffer, count: size * count))
    return size * count
  }
}
