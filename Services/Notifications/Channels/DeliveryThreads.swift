import Foundation
import Synchronization

/// Threads of a channel's own for calls that block, with a bounded queue in front.
///
/// A mail server that never answers holds up a thread here, and nothing else: neither the cooperative pool nor another
/// channel.
final class DeliveryThreads<Worker>: Sendable {
  private struct Job {
    var work: @Sendable (inout Worker) -> DeliveryResult
    var answer: CheckedContinuation<DeliveryResult, Never>
  }

  private struct Queue {
    var jobs: [Job] = []
    var running = 0
    var threads: Int
    var isClosed = false
    var closers: [CheckedContinuation<Void, Never>] = []
  }

  let capacity: Int
  private let queue: Mutex<Queue>
  private let bell = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - capacity: The most that run and wait.
  ///   - worker: What a thread keeps between jobs, made on that thread.
  init(name: String, threads: Int, capacity: Int, worker: @escaping @Sendable () -> Worker) {
    let count = max(1, threads)
    self.capacity = max(count, capacity)
    queue = Mutex(Queue(threads: count))
    for number in 1...count {
      let thread = Thread { [self] in run(worker()) }
      thread.name = "\(name)-\(number)"
      thread.start()
    }
  }

  func perform(_ work: @escaping @Sendable (inout Worker) -> DeliveryResult) async -> DeliveryResult {
    await withCheckedContinuation { answer in
      let refusal: DeliveryResult? = queue.withLock { queue in
        if queue.isClosed { return .temporary(detail: "the channel is closing") }
        if queue.jobs.count + queue.running >= capacity {
          return .temporary(detail: "more deliveries at a time than the channel takes (\(capacity))")
        }
        queue.jobs.append(Job(work: work, answer: answer))
        return nil
      }
      if let refusal { answer.resume(returning: refusal) } else { bell.signal() }
    }
  }

  /// Answers what waits, and returns when every thread has ended.
  func close() async {
    let (waiting, threads) = queue.withLock { queue in
      queue.isClosed = true
      defer { queue.jobs = [] }
      return (queue.jobs, queue.threads)
    }
    for job in waiting { job.answer.resume(returning: .temporary(detail: "the channel is closing")) }
    for _ in 0..<threads { bell.signal() }
    await withCheckedContinuation { closed in
      let isOver = queue.withLock { queue in
        if queue.threads > 0 { queue.closers.append(closed) }
        return queue.threads == 0
      }
      if isOver { closed.resume() }
    }
  }

  private func run(_ worker: consuming Worker) {
    var worker = worker
    while true {
      bell.wait()
      let job: Job? = queue.withLock { queue in
        guard !queue.jobs.isEmpty else { return nil }
        queue.running += 1
        return queue.jobs.removeFirst()
      }
      if let job {
        let result = job.work(&worker)
        queue.withLock { $0.running -= 1 }
        job.answer.resume(returning: result)
      } else if queue.withLock({ $0.isClosed }) {
        break
      }
    }
    let closers: [CheckedContinuation<Void, Never>] = queue.withLock { queue in
      queue.threads -= 1
      guard queue.threads == 0 else { return [] }
      defer { queue.closers = [] }
      return queue.closers
    }
    for closer in closers { closer.resume() }
  }
}
