import CooperationModel
import Foundation
import ServiceKit
import TopicBus

/// Why a command did not do what it was asked: one line with the fact and the remedy, and the exit status.
struct Failure: Error, Equatable {
  var text: String
  var status: Int32

  init(_ text: String, _ status: Int32) {
    self.text = text
    self.status = status
  }

  /// The command line is wrong.
  static func usage(_ text: String) -> Failure { Failure(text, 64) }
  /// What was given, or what the log holds, is wrong.
  static func data(_ text: String) -> Failure { Failure(text, 65) }
  /// What was named is not there.
  static func missing(_ text: String) -> Failure { Failure(text, 66) }
  /// Something that is needed is away.
  static func unavailable(_ text: String) -> Failure { Failure(text, 69) }

  /// Any error as a line of its own.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as StartupError: self.init(error.message, error.exit)
    case let error as BusError: self.init(error.description, Self.status(of: error))
    case let error as ReferenceDataError: self.init(error.description, 78)
    case let error as DecodingError: self.init(describe(error), 65)
    case let error as CocoaError: self.init(error.localizedDescription, 66)
    default: self.init(String(describing: error), 1)
    }
  }

  private static func status(of error: BusError) -> Int32 {
    switch error {
    case .unknownTopic, .partitionMismatch, .corrupt, .tooLarge, .offsetOutOfRange: 65
    case .refused: 78
    case .unavailable, .uncertain, .full: 69
    case .fenced, .aborted, .fatal, .closed: 1
    }
  }
}
