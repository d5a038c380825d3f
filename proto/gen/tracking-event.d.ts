import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace trackline. */
export namespace trackline {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a StreamRecord.
         * @deprecated Use trackline.v1.StreamRecord.$Properties instead.
         */
        interface IStreamRecord extends trackline.v1.StreamRecord.$Properties {
        }

        /** Represents a StreamRecord. */
        class StreamRecord {

            /**
             * Constructs a new StreamRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: trackline.v1.StreamRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StreamRecord event. */
            event?: (trackline.v1.TrackingEvent.$Properties|null);

            /** StreamRecord statement. */
            statement?: (trackline.v1.Statement.$Properties|null);

            /** StreamRecord body. */
            body?: ("event"|"statement");

            /**
             * Encodes the specified StreamRecord message. Does not implicitly {@link trackline.v1.StreamRecord.verify|verify} messages.
             * @param message StreamRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: trackline.v1.StreamRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StreamRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {trackline.v1.StreamRecord & trackline.v1.StreamRecord.$Shape} StreamRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): trackline.v1.StreamRecord & trackline.v1.StreamRecord.$Shape;
        }

        namespace StreamRecord {

            /** Properties of a StreamRecord. */
            interface $Properties {

                /** StreamRecord event */
                event?: (trackline.v1.TrackingEvent.$Properties|null);

                /** StreamRecord statement */
                statement?: (trackline.v1.Statement.$Properties|null);

                /** StreamRecord body */
                body?: ("event"|"statement");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a StreamRecord. */
            type $Shape = {
              event?: trackline.v1.TrackingEvent.$Shape|null;
              statement?: trackline.v1.Statement.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; event?: null; statement?: null }|{ body?: "event"; event: trackline.v1.TrackingEvent.$Shape; statement?: null }|{ body?: "statement"; event?: null; statement: trackline.v1.Statement.$Shape })
            );
        }

        /** EventType enum. */
        enum EventType {

            /** EVENT_TYPE_UNSPECIFIED value */
            EVENT_TYPE_UNSPECIFIED = 0,

            /** IMPRESSION value */
            IMPRESSION = 1,

            /** CLICK value */
            CLICK = 2,

            /** TRANSACTION value */
            TRANSACTION = 3
        }

        /**
         * Properties of a TrackingEvent.
         * @deprecated Use trackline.v1.TrackingEvent.$Properties instead.
         */
        interface ITrackingEvent extends trackline.v1.TrackingEvent.$Properties {
        }

        /** Represents a TrackingEvent. */
        class TrackingEvent {

            /**
             * Constructs a new TrackingEvent.
             * @param [properties] Properties to set
             */
            constructor(properties?: trackline.v1.TrackingEvent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TrackingEvent writer. */
            writer: string;

            /** TrackingEvent sequence. */
            sequence: (number|Long);

            /** TrackingEvent messageId. */
            messageId: string;

            /** TrackingEvent type. */
            type: trackline.v1.EventType;

            /** TrackingEvent programId. */
            programId: string;

            /** TrackingEvent programVersion. */
            programVersion: (number|Long);

            /** TrackingEvent publisherId. */
            publisherId: string;

            /** TrackingEvent clickId. */
            clickId: string;

            /** TrackingEvent visitorId. */
            visitorId: string;

            /** TrackingEvent receivedAtMs. */
            receivedAtMs: (number|Long);

            /** TrackingEvent ip. */
            ip: string;

            /** TrackingEvent userAgent. */
            userAgent: string;

            /** TrackingEvent referrer. */
            referrer: string;

            /** TrackingEvent landingUrl. */
            landingUrl: string;

            /** TrackingEvent params. */
            params: { [k: string]: string };

            /** TrackingEvent transaction. */
            transaction?: (trackline.v1.Transaction.$Properties|null);

            /** TrackingEvent bot. */
            bot: boolean;

            /** TrackingEvent unverified. */
            unverified: boolean;

            /** TrackingEvent instance. */
            instance: string;

            /** TrackingEvent region. */
            region: string;

            /** TrackingEvent consent. */
            consent: trackline.v1.ConsentChoice;

            /** TrackingEvent consentBasis. */
            consentBasis: trackline.v1.ConsentBasis;

            /** TrackingEvent vastEvent. */
            vastEvent: string;

            /** TrackingEvent redirectReason. */
            redirectReason: string;

            /** TrackingEvent messageIdBytes. */
            messageIdBytes: Uint8Array;

            /** TrackingEvent clickIdBytes. */
            clickIdBytes: Uint8Array;

            /** TrackingEvent visitorIdBytes. */
            visitorIdBytes: Uint8Array;

            /** TrackingEvent subIds. */
            subIds: string[];

            /**
             * Encodes the specified TrackingEvent message. Does not implicitly {@link trackline.v1.TrackingEvent.verify|verify} messages.
             * @param message TrackingEvent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: trackline.v1.TrackingEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TrackingEvent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {trackline.v1.TrackingEvent & trackline.v1.TrackingEvent.$Shape} TrackingEvent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): trackline.v1.TrackingEvent & trackline.v1.TrackingEvent.$Shape;
        }

        namespace TrackingEvent {

            /** Properties of a TrackingEvent. */
            interface $Properties {

                /** TrackingEvent writer */
                writer?: (string|null);

                /** TrackingEvent sequence */
                sequence?: (number|Long|null);

                /** TrackingEvent messageId */
                messageId?: (string|null);

                /** TrackingEvent type */
                type?: (trackline.v1.EventType|null);

                /** TrackingEvent programId */
                programId?: (string|null);

                /** TrackingEvent programVersion */
                programVersion?: (number|Long|null);

                /** TrackingEvent publisherId */
                publisherId?: (string|null);

                /** TrackingEvent clickId */
                clickId?: (string|null);

                /** TrackingEvent visitorId */
                visitorId?: (string|null);

                /** TrackingEvent receivedAtMs */
                receivedAtMs?: (number|Long|null);

                /** TrackingEvent ip */
                ip?: (string|null);

                /** TrackingEvent userAgent */
                userAgent?: (string|null);

                /** TrackingEvent referrer */
                referrer?: (string|null);

                /** TrackingEvent landingUrl */
                landingUrl?: (string|null);

                /** TrackingEvent params */
                params?: ({ [k: string]: string }|null);

                /** TrackingEvent transaction */
                transaction?: (trackline.v1.Transaction.$Properties|null);

                /** TrackingEvent bot */
                bot?: (boolean|null);

                /** TrackingEvent unverified */
                unverified?: (boolean|null);

                /** TrackingEvent instance */
                instance?: (string|null);

                /** TrackingEvent region */
                region?: (string|null);

                /** TrackingEvent consent */
                consent?: (trackline.v1.ConsentChoice|null);

                /** TrackingEvent consentBasis */
                consentBasis?: (trackline.v1.ConsentBasis|null);

                /** TrackingEvent vastEvent */
                vastEvent?: (string|null);

                /** TrackingEvent redirectReason */
                redirectReason?: (string|null);

                /** TrackingEvent messageIdBytes */
                messageIdBytes?: (Uint8Array|null);

                /** TrackingEvent clickIdBytes */
                clickIdBytes?: (Uint8Array|null);

                /** TrackingEvent visitorIdBytes */
                visitorIdBytes?: (Uint8Array|null);

                /** TrackingEvent subIds */
                subIds?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TrackingEvent. */
            type $Shape = trackline.v1.TrackingEvent.$Properties;
        }

        /** ConsentChoice enum. */
        enum ConsentChoice {

            /** CONSENT_CHOICE_UNSPECIFIED value */
            CONSENT_CHOICE_UNSPECIFIED = 0,

            /** GRANTED value */
            GRANTED = 1,

            /** DENIED value */
            DENIED = 2
        }

        /** ConsentBasis enum. */
        enum ConsentBasis {

            /** CONFIGURATION value */
            CONFIGURATION = 0,

            /** GPC value */
            GPC = 1,

            /** DNT value */
            DNT = 2,

            /** GPP value */
            GPP = 3,

            /** TCF value */
            TCF = 4,

            /** US_PRIVACY value */
            US_PRIVACY = 5
        }

        /** TransactionStatus enum. */
        enum TransactionStatus {

            /** TRANSACTION_STATUS_UNSPECIFIED value */
            TRANSACTION_STATUS_UNSPECIFIED = 0,

            /** PENDING value */
            PENDING = 1,

            /** APPROVED value */
            APPROVED = 2,

            /** REJECTED value */
            REJECTED = 3
        }

        /**
         * Properties of a Transaction.
         * @deprecated Use trackline.v1.Transaction.$Properties instead.
         */
        interface ITransaction extends trackline.v1.Transaction.$Properties {
        }

        /** Represents a Transaction. */
        class Transaction {

            /**
             * Constructs a new Transaction.
             * @param [properties] Properties to set
             */
            constructor(properties?: trackline.v1.Transaction.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Transaction orderId. */
            orderId: string;

            /** Transaction amount. */
            amount: string;

            /** Transaction currency. */
            currency: string;

            /** Transaction status. */
            status: trackline.v1.TransactionStatus;

            /** Transaction claims. */
            claims: boolean;

            /**
             * Encodes the specified Transaction message. Does not implicitly {@link trackline.v1.Transaction.verify|verify} messages.
             * @param message Transaction message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: trackline.v1.Transaction.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Transaction message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {trackline.v1.Transaction & trackline.v1.Transaction.$Shape} Transaction
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): trackline.v1.Transaction & trackline.v1.Transaction.$Shape;
        }

        namespace Transaction {

            /** Properties of a Transaction. */
            interface $Properties {

                /** Transaction orderId */
                orderId?: (string|null);

                /** Transaction amount */
                amount?: (string|null);

                /** Transaction currency */
                currency?: (string|null);

                /** Transaction status */
                status?: (trackline.v1.TransactionStatus|null);

                /** Transaction claims */
                claims?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Transaction. */
            type $Shape = trackline.v1.Transaction.$Properties;
        }

        /**
         * Properties of a Statement.
         * @deprecated Use trackline.v1.Statement.$Properties instead.
         */
        interface IStatement extends trackline.v1.Statement.$Properties {
        }

        /** Represents a Statement. */
        class Statement {

            /**
             * Constructs a new Statement.
             * @param [properties] Properties to set
             */
            constructor(properties?: trackline.v1.Statement.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Statement writer. */
            writer: string;

            /** Statement instance. */
            instance: string;

            /** Statement atMs. */
            atMs: (number|Long);

            /** Statement acceptedThrough. */
            acceptedThrough: (number|Long);

            /** Statement rejected. */
            rejected: (number|Long);

            /** Statement shed. */
            shed: (number|Long);

            /** Statement ignored. */
            ignored: (number|Long);

            /** Statement lost. */
            lost: (number|Long);

            /** Statement final. */
            final: boolean;

            /** Statement sinceMs. */
            sinceMs: (number|Long);

            /** Statement sentThrough. */
            sentThrough: (number|Long);

            /** Statement unsent. */
            unsent: (number|Long);

            /** Statement oldestUnsentAtMs. */
            oldestUnsentAtMs: (number|Long);

            /** Statement unconfirmed. */
            unconfirmed: (number|Long);

            /** Statement onDisk. */
            onDisk: boolean;

            /**
             * Encodes the specified Statement message. Does not implicitly {@link trackline.v1.Statement.verify|verify} messages.
             * @param message Statement message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: trackline.v1.Statement.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Statement message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {trackline.v1.Statement & trackline.v1.Statement.$Shape} Statement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): trackline.v1.Statement & trackline.v1.Statement.$Shape;
        }

        namespace Statement {

            /** Properties of a Statement. */
            interface $Properties {

                /** Statement writer */
                writer?: (string|null);

                /** Statement instance */
                instance?: (string|null);

                /** Statement atMs */
                atMs?: (number|Long|null);

                /** Statement acceptedThrough */
                acceptedThrough?: (number|Long|null);

                /** Statement rejected */
                rejected?: (number|Long|null);

                /** Statement shed */
                shed?: (number|Long|null);

                /** Statement ignored */
                ignored?: (number|Long|null);

                /** Statement lost */
                lost?: (number|Long|null);

                /** Statement final */
                final?: (boolean|null);

                /** Statement sinceMs */
                sinceMs?: (number|Long|null);

                /** Statement sentThrough */
                sentThrough?: (number|Long|null);

                /** Statement unsent */
                unsent?: (number|Long|null);

                /** Statement oldestUnsentAtMs */
                oldestUnsentAtMs?: (number|Long|null);

                /** Statement unconfirmed */
                unconfirmed?: (number|Long|null);

                /** Statement onDisk */
                onDisk?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Statement. */
            type $Shape = trackline.v1.Statement.$Properties;
        }
    }
}
