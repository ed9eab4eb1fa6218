import Dispatch
import Foundation
import Synchronization

/// How much the data folder takes on the disk, looked up when figures are asked for, once a minute at most.
final class DataFolderSize: Sendable {
  private let folder: String
  private let lastLook = Mutex(ContinuousClock.Instant?.none)

  init(folder: String) { self.folder = folder }

  func show(in metrics: Metrics) {
    let gauge = metrics.gauge("bourse_data_folder_bytes", "What the data folder takes on the disk.")
    metrics.beforeAnswering { [self] in
      guard isDue() else { return }
      await withCheckedContinuation { continuation in
        // Beside the cooperative pool: a Maildir may hold many files.
        DispatchQueue.global(qos: .utility).async { [self] in
          gauge.set(bytes())
          continuation.resume()
        }
      }
    }
  }

  private func isDue() -> Bool {
    lastLook.withLock { last in
      if let last, last.duration(to: .now) < .seconds(60) { return false }
      last = .now
      return true
    }
  }

  /// Files that come and go meanwhile are counted or not.
  func bytes() -> Int {
    let keys: Set<URLResourceKey> = [.isRegularFileKey, .totalFileAllocatedSizeKey, .fileSizeKey]
    let files = FileManager.default.enumerator(at: URL(filePath: folder), includingPropertiesForKeys: Array(keys))
    var sum = 0
    while let file = files?.nextObject() as? URL {
      guard let values = try? file.resourceValues(forKeys: keys), values.isRegularFile == true else { continue }
      sum += values.totalFileAllocatedSize ?? values.fileSize ?? 0
    }
    return sum
  }
}
