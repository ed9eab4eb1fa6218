import CooperationModel
import Dispatch
import Logging
import ServiceKit
import ServiceLifecycle

/// Keeps the Maildir's ledger from growing for ever: forgets deliveries that can never come again.
///
/// A message is delivered again only while the log says that it waits. So what is final there could be forgotten at once;
/// it is kept for ``retention`` all the same, since a log that is restored from a backup takes messages back to what they
/// were. Restore no backup that is older.
struct LedgerKeeper: Service {
  static let retention = Instant.Span.days(35)

  let channel: MaildirChannel
  let clock: any WallClock
  let logger: Logger
  /// The messages that wait, as the log has them; nil while that is not known.
  let waiting: @Sendable () async -> Set<MessageID>?

  /// Looks once a day, the first time when the log has been read.
  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let swept = await sweep()
        try? await Task.sleep(for: swept == nil ? .seconds(60) : .seconds(86_400))
      }
    }
  }

  /// - Returns: how many were forgotten; nil when it could not be done now.
  func sweep() async -> Int? {
    guard let waiting = await waiting() else { return nil }
    let time = clock.now() - Self.retention
    return await withCheckedContinuation { continuation in
      // Beside the cooperative pool: it waits for the ledger's lock and for the disk.
      DispatchQueue.global(qos: .utility).async { [channel, logger] in
        do throws(MaildirError) {
          let count = try channel.forgetDeliveries(before: time) { waiting.contains($0) }
          if count > 0 { logger.info("the ledger forgot old deliveries", metadata: ["count": "\(count)"]) }
          continuation.resume(returning: count)
        } catch {
          logger.warning("the ledger cannot be swept", metadata: ["error": "\(error)"])
          continuation.resume(returning: nil)
        }
      }
    }
  }
}
