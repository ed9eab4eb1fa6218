import CooperationModel
import Foundation

/// Writes mail into one Maildir for all recipients, each message once, whatever stops it and wherever.
///
/// ```
/// <maildir>/tmp/<message id>            being written
/// <maildir>/new/<message id>            delivered; a reader moves it to cur/ or deletes it
/// <maildir>/.ledger/<xx>/<message id>   another link to the same file: “was delivered”, or is about to be
/// ```
///
/// 1. The mail is written to `tmp/` and synced, file and folder.
/// 2. It is linked into the ledger; the ledger's folder is synced.
/// 3. It is moved to `new/`; that folder is synced.
///
/// So a message that the ledger knows was delivered if, and only if, `tmp/` no longer has it: the move is one step of
/// the file system. A reader that has moved or deleted the file changes nothing about that. A lock, which the kernel
/// frees at a process's death, keeps two senders from working at once.
package final class MaildirChannel: Channel {
  package let name = "maildir"
  package let leavesMachine = false
  package let root: String
  private let threads: DeliveryThreads<Void>

  package var capacity: Int { threads.capacity }

  /// - Parameter root: The Maildir; made with its folders when it is not there.
  /// - Throws: ``MaildirError`` when it cannot be made.
  package init(root: String, capacity: Int = 256) throws {
    self.root = root
    for folder in ["tmp", "new", "cur", ".ledger"] { try Files.makeFolder("\(root)/\(folder)") }
    try Files.syncFolder(root)
    threads = DeliveryThreads(name: "maildir", threads: 1, capacity: capacity) { () }
  }

  package func deliver(_ mail: ComposedMail) async -> DeliveryResult {
    await threads.perform { [root] _ in
      do {
        let isNew = try Delivery(root: root, id: mail.id).run(mail.bytes)
        return .delivered(detail: isNew ? "written" : "was written before")
      } catch {
        // A full disk, a lost permission: mended by the operator, after which it goes on.
        return .temporary(detail: "\(error)")
      }
    }
  }

  package func close() async { await threads.close() }

  /// Forgets deliveries that are old and can never come again: the ledger's links keep deleted mails' bytes.
  ///
  /// - Parameters:
  ///   - time: Files that were last changed since are kept.
  ///   - isWaiting: Whether the log says that the message is still to be sent; it is kept then, however old.
  /// - Returns: How many were forgotten.
  package func forgetDeliveries(
    before time: Instant, unless isWaiting: (MessageID) -> Bool
  ) throws(MaildirError) -> Int {
    var count = 0
    for shard in try Files.names(in: "\(root)/.ledger") where shard.utf8.count == 2 {
      // A shard at a time, so that no delivery waits for the whole.
      count += try Files.withLock("\(root)/.ledger/lock") { () throws(MaildirError) -> Int in
        var count = 0
        for name in try Files.names(in: "\(root)/.ledger/\(shard)") {
          let path = "\(root)/.ledger/\(shard)/\(name)"
          guard let changed = Files.modified(path), changed < time, !Files.exists("\(root)/tmp/\(name)"),
            let id = MessageID(rawValue: name), !isWaiting(id)
          else { continue }
          try Files.remove(path)
          count += 1
        }
        return count
      }
    }
    return count
  }

  /// One message's way into the folder.
  private struct Delivery {
    let root: String
    let id: MessageID

    private var written: String { "\(root)/tmp/\(id)" }
    private var delivered: String { "\(root)/new/\(id)" }
    private var shard: String { "\(root)/.ledger/\(id.rawValue.prefix(2))" }
    private var entry: String { "\(shard)/\(id)" }

    /// False when it was delivered before.
    func run(_ bytes: [UInt8]) throws(MaildirError) -> Bool {
      try Files.withLock("\(root)/.ledger/lock") { () throws(MaildirError) -> Bool in
        if !Files.exists(entry) {
          // Whatever lies in tmp/ was cut off before the ledger knew of it.
          try Files.write(bytes, to: written)
          try Files.syncFolder("\(root)/tmp")
          if !Files.exists(shard) {
            try Files.makeFolder(shard)
            try Files.syncFolder("\(root)/.ledger")
          }
          try Files.link(written, to: entry)
          try Files.syncFolder(shard)
        } else if !Files.exists(written) {
          // The folder may not have been synced before the crash.
          try Files.syncFolder("\(root)/new")
          return false
        }
        try Files.move(written, to: delivered)
        try Files.syncFolder("\(root)/new")
        return true
      }
    }
  }
}
