import CLibcurl
import CooperationModel

/// One mail on its way through libcurl: what is still to be sent, and how the conversation goes.
///
/// libcurl calls back on the thread that performs the transfer, so nothing here is shared.
final class SMTPTransfer {
  private let bytes: [UInt8]
  private var position = 0
  private let closing: ClosingFlag
  private(set) var conversation = SMTPConversation()

  init(_ bytes: [UInt8], closing: ClosingFlag) {
    self.bytes = bytes
    self.closing = closing
  }

  private static func transfer(_ context: UnsafeMutableRawPointer?) -> SMTPTransfer? {
    context.map { Unmanaged<SMTPTransfer>.fromOpaque($0).takeUnretainedValue() }
  }

  static let read: clibcurl_transfer = { buffer, size, count, context in
    guard let transfer = transfer(context), let buffer else { return Int(CURL_READFUNC_ABORT) }
    let length = min(size * count, transfer.bytes.count - transfer.position)
    guard length > 0 else { return 0 }
    transfer.bytes.withUnsafeBytes { bytes in
      UnsafeMutableRawBufferPointer(start: buffer, count: length)
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[transfer.position..<transfer.position + length]))
    }
    transfer.position += length
    if transfer.position == transfer.bytes.count { transfer.conversation.bodyEnded() }
    return length
  }

  static let ignore: clibcurl_transfer = { _, size, count, _ in size * count }

  /// Follows the conversation by its commands and answers. Of AUTH, which carries the password, only the verb is read.
  static let observe: clibcurl_debug = { _, kind, bytes, count, context in
    guard let transfer = transfer(context), let bytes else { return 0 }
    switch kind {
    case CURLINFO_HEADER_OUT:
      let head = UnsafeRawBufferPointer(start: bytes, count: min(count, 9))
      transfer.conversation.sent(String(decoding: head, as: UTF8.self))
    case CURLINFO_HEADER_IN:
      let text = String(decoding: UnsafeRawBufferPointer(start: bytes, count: min(count, 2_000)), as: UTF8.self)
      for line in text.split(whereSeparator: \.isNewline) { transfer.conversation.received(line) }
    default: break
    }
    return 0
  }

  static let progress: clibcurl_progress = { context, _, _, _, _ in
    transfer(context)?.closing.isRaised == true ? 1 : 0
  }
}
