// Written by `npm run gen` from shell/api/openapi.json. Do not edit.

export interface paths {
    "/v1/agent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the device at the counter is. */
        get: operations["readAgent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/takeover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** This spare device stands for the till from now on. */
        post: operations["takeTillOver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alarms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the merchant must know. */
        get: operations["listAlarms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alarms/{id}/give-back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives the second payment of a sale that was paid twice back: the one button of the alarm `sale_paid_twice`.
         * @description Pressing it again is harmless.
         */
        post: operations["giveBackSecondPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alarms/{id}/seen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Somebody has seen it. If it is raised again, it is to be seen again. */
        post: operations["seeAlarm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every key for machines. */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Makes a key and tells it this once.
         * @description If the answer is lost, so is the key: revoke the one that the list shows, and make another.
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revokes a key for good. */
        post: operations["revokeApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}/story": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was changed about a key, and by whom. */
        get: operations["readApiKeyStory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/attention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits for a person. */
        get: operations["listAttention"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that was changed at this merchant, by whom and when: the latest 200 changes. */
        get: operations["listChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/day": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a day brought. */
        get: operations["readDay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/demo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who may sign in and what can be tried, if this is a demo. */
        get: operations["readDemo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/demo/scan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The QR codes that tills show now, newest first. There only in a demo. */
        get: operations["listShownCodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/demo/scan/{order_no}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pretends to be the customer: scans the QR of this order and pays. There only in a demo. */
        post: operations["scanShownCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live events: `hello`, `payment` (a Payment), `printer` ({till, state, text}).
         * @description `Last-Event-ID` resumes after a break; `hello` says whether that was possible or the lists must be read again.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the server is. */
        get: operations["readHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/installments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The plans of a wallet for an amount, asked of its provider.
         * @description Nothing is charged and nothing is kept. The customer makes the choice on the phone; what was shown at the counter is kept
         *     with the payment if it comes along (`installments` in `POST /v1/payments`).
         */
        get: operations["listInstallments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who one is. */
        get: operations["readMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes the own password; sign-ins elsewhere end. */
        post: operations["changeOwnPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pairing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pairs a device with a till. The first one stands for it, further ones are spares. */
        post: operations["pairDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Payments, newest first. */
        get: operations["listPayments"];
        put?: never;
        /**
         * Takes money.
         * @description The same key with the same content is the same payment: sending again is safe and answers 200. A payment that is a part
         *     of a sale is refused if the sale's other parts, the open ones among them, leave less to pay.
         */
        post: operations["createPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/by-key/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The payment of an idempotency key.
         * @description Tells a till that was interrupted whether its request arrived. A request that is still on its way is not known
         *     yet; sending it again with the same key is safe whatever the answer.
         */
        get: operations["findPaymentByKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/by-key/{key}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Undoes the payment of a key, if it has not ended. */
        post: operations["cancelPaymentByKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/by-key/{key}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Returns money of the payment of a key. */
        post: operations["refundPaymentByKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/by-key/{key}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends the payment of a key without the money being the shop's: undone if it has not ended, returned if it is paid.
         * @description Asking again is harmless.
         */
        post: operations["undoPaymentByKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Payments as CSV, newest first, by the filters of the list.
         * @description Amounts are in yuan with two decimals; times on the shop's clock. Numbers of orders begin with a tab, which keeps
         *     spreadsheets from rounding them.
         */
        get: operations["exportPayments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One payment. */
        get: operations["readPayment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says that a payment found paid has been seen, so that it is no longer announced. */
        post: operations["acknowledgePayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Undoes a payment that has not ended. */
        post: operations["cancelPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks the provider now rather than at the next planned time. */
        post: operations["lookAtPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/print": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Prints a payment's slip once more, marked and counted. */
        post: operations["printReceipt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/receipt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A payment's slip. */
        get: operations["readReceipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Returns money of a payment.
         * @description The same key with the same content is the same refund: sending again is safe and answers 200.
         */
        post: operations["createRefund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decides what nothing else can: a record that nobody verified, or money that a person was called about. */
        post: operations["settlePayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A payment's evidence. */
        get: operations["readTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everybody who works here. */
        get: operations["listPeople"];
        put?: never;
        /**
         * Lets a person in.
         * @description Repeating it is refused as `login_taken`, so nobody is let in twice.
         */
        post: operations["createPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a person another name, role or till. */
        put: operations["changePerson"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a person in no more; open sign-ins end at once. */
        post: operations["disablePerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a person in again. */
        post: operations["enablePerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a person another password and ends the person's sign-ins. */
        post: operations["resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/story": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was changed about a person, and by whom. */
        get: operations["readPersonStory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/printer/papers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the virtual printer printed, if this is a demo. */
        get: operations["listPapers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/printer/papers/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One piece of paper as a picture: `{file}` is its name and `.svg`. */
        get: operations["readPaper"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/receipts/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A customer's receipt. Nobody has to sign in; the address is the proof.
         * @description A slip that a till's own device printed has an address too before the till has reported the payment: then
         *     `receipt_comes_later`.
         */
        get: operations["readPublicReceipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconcile/acts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Does something about a difference. */
        post: operations["actOnDifference"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconcile/days": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which days were held against bills, and how they stand. */
        get: operations["listReconcileDays"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconcile/difference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One difference and its story. */
        get: operations["readDifference"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconcile/differences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What differs. */
        get: operations["listDifferences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconcile/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reads a bill now; what comes of it is seen in the list of days. */
        post: operations["reconcileDay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every way to every wallet, how well it works, and what was ordered of it. */
        get: operations["listRoutes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routes/{wallet}/{channel}/pin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends every payment of this wallet over this channel.
         * @description What was ordered of the wallet's other channels stays; a channel that was pinned before yields.
         */
        post: operations["pinRoute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routes/{wallet}/{channel}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes back what was ordered of this channel; the same again changes nothing. */
        post: operations["releaseRoute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routes/{wallet}/{channel}/shut": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends no payment of this wallet over this channel. */
        post: operations["shutRoute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sales": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sales of the last 24 hours that are not paid in full.
         * @description Another till can go on with any of them.
         */
        get: operations["listUnpaidSales"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sales/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One sale. */
        get: operations["readSale"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sales/{id}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives money of a sale back, each share by the method it came by, the newest payment first.
         * @description The same key with the same content is the same refund: sending again is safe, answers 200, and finishes what an
         *     interruption left undone.
         */
        post: operations["refundSale"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs in; sets the session cookie. */
        post: operations["signIn"];
        /** Signs out. */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/till": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a till needs to know. */
        get: operations["readTill"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tills/{till}/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The devices of a till, and what is wrong with their journals. */
        get: operations["readTillDevices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tills/{till}/beat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A device's sign of life; tells it who stands for the till and what its journal lacks. */
        post: operations["tillBeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tills/{till}/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes entries of a till's journal into the book: in order, each once. */
        post: operations["handInJournal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tills/{till}/pairing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a code with which a device is paired with a till. */
        post: operations["newPairingCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tills/{till}/stand": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A manager lets another device stand for a till. */
        post: operations["chooseTillDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tills/{till}/takeover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The device that asks stands for the till from now on. For the one that does already: what is open. */
        post: operations["takeOverTill"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The systems that are told. */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Registers a system and tells its secret this once.
         * @description Repeating it is refused as `webhook_url_taken`, so nobody is told twice.
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a system another address or other kinds. */
        put: operations["changeWebhook"];
        post?: never;
        /**
         * Forgets a system, with all that was or was to be sent to it.
         * @description To stop for a while, disable it instead.
         */
        delete: operations["removeWebhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tells a system nothing more. What waits for it stays. */
        post: operations["disableWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tells a system again, also what waited meanwhile; what happened while it was disabled was not kept for it. */
        post: operations["enableWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent to a system, and what it answered last. */
        get: operations["listWebhookMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends messages again. */
        post: operations["replayWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a new secret and tells it this once; for a day both sign. */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a system one message that tells nothing, once. What came of it is the newest of its messages. */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What the account held, and what moved between. It adds up, unless `problem` says otherwise. */
        AccountBalance: {
            /** @description Came in. */
            came: components["schemas"]["Amount"];
            /** @description After the last one. */
            closing: components["schemas"]["Amount"];
            /** @description Before the first movement of the day. */
            opening: components["schemas"]["Amount"];
            /** @description Went out. */
            went: components["schemas"]["Amount"];
        };
        /**
         * @description The one primary button of a state.
         * @enum {string}
         */
        Action: "next_customer" | "wait" | "ask_customer" | "scan_new_code" | "other_method" | "try_again" | "call_owner" | "show_qr";
        /** @description How the device is. */
        Agent: {
            journal: components["schemas"]["AgentJournal"] | null;
            server: components["schemas"]["AgentConnection"] | null;
            standby: components["schemas"]["AgentStandby"] | null;
            /** @description What stands behind these pages. */
            standing: components["schemas"]["AgentStanding"];
            taken_over: components["schemas"]["AgentTakenOver"] | null;
            /** @description How it is, in words. */
            text: components["schemas"]["Text"];
            till: components["schemas"]["Named"] | null;
        };
        /** @description The way to the server. */
        AgentConnection: {
            /** @description The server answered a moment ago. */
            reachable: boolean;
            /** @description Since when it is so. */
            since: string;
            why: components["schemas"]["Text"] | null;
        };
        /** @description A device's journal. */
        AgentJournal: {
            flaw: components["schemas"]["Text"] | null;
            /**
             * Format: int64
             * @description Entries that the server does not have yet.
             */
            unsent: number;
        };
        /** @description Who stands for the till that a spare device waits for. */
        AgentStandby: {
            /** @description The device. */
            current: string;
            /** @description When the server last heard of it. */
            seen_at: string;
            /**
             * Format: int64
             * @description For so many seconds it has given no sign of life.
             */
            silent_s: number;
            /**
             * Format: int64
             * @description It is taken over by itself after so many; nothing if never.
             */
            takes_over_after_s: number | null;
        };
        /**
         * @description What stands behind these pages.
         * @enum {string}
         */
        AgentStanding: "server" | "selling" | "standby" | "taken_over" | "refused";
        /** @description Who took a till over. */
        AgentTakenOver: {
            /** @description When, by the server's clock. */
            at: string;
            /** @description The device. */
            by: string;
        };
        /** @description Something the merchant must know. */
        Alarm: {
            /**
             * @description What it is, by its name for programs: `webhook_parked`, `webhook_gone`,
             *     `unknown_order` or `sale_paid_twice`.
             */
            code: string;
            /** @description What is known of it. */
            detail: string;
            /** @description When for the first time (RFC 3339). */
            first_at: string;
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /** @description When last. */
            last_at: string;
            /** @description Since when somebody has seen it; nothing if it is still to be seen. */
            seen_at: string | null;
            /** @description Who has seen it. */
            seen_by: string | null;
            /** @description What it is about: the webhook, the order, the second payment. */
            subject: string;
            /** @description What happened, what it means, and what to do. */
            text: components["schemas"]["Text"];
            /**
             * Format: int32
             * @description How often it was raised.
             */
            times: number;
        };
        /** @description What the merchant must know. */
        AlarmList: {
            /** @description Those to be seen first, then the newest; at most 200. */
            items: components["schemas"]["Alarm"][];
        };
        /** @description An amount in minor units: 1250 of CNY is 12.50 yuan. */
        Amount: {
            /**
             * Format: int64
             * @description Minor units.
             */
            amount: number;
            /**
             * @description ISO 4217 letters.
             * @example CNY
             */
            currency: string;
        };
        /** @description A key, without what opens the door. */
        ApiKey: {
            /** @description Since when (RFC 3339). */
            created_at: string;
            /** @description The key's last characters. */
            hint: string;
            /** @description Names the key. */
            id: string;
            /** @description What people call the machine. */
            name: string;
            /** @description Since when it opens nothing any more. */
            revoked_at: string | null;
            /** @description `owner`, `manager`, `cashier` or `support`. */
            role: string;
            till: components["schemas"]["Named"] | null;
        };
        /** @description Every key of a merchant. */
        ApiKeyList: {
            /** @description The keys, also revoked ones, oldest first. */
            items: components["schemas"]["ApiKey"][];
        };
        /** @description A key that was just made. */
        ApiKeyWithSecret: {
            /** @description The key. */
            key: components["schemas"]["ApiKey"];
            /** @description What opens the door: `pk_...`. Told this once, and kept by nobody but the machine. */
            secret: string;
        };
        /** @description What waits for a person. */
        Attention: {
            /** @description Payments that are `escalated`, or `found` and seen by nobody; newest first, at most 50. */
            items: components["schemas"]["Payment"][];
        };
        /** @description A channel whose provider makes bills. */
        BillChannel: {
            /** @description Its id. */
            id: string;
            /** @description The provider's name. */
            title: components["schemas"]["Text"];
        };
        /** @description A channel's bill of a day. */
        BillDayView: {
            /** @description Money given back, by the bill. */
            bill_refunds: components["schemas"]["BillSum"];
            /** @description Money taken, by the bill. */
            bill_sales: components["schemas"]["BillSum"];
            /** @description Money given back, by our book. */
            book_refunds: components["schemas"]["BillSum"];
            /** @description Money taken, by our book. */
            book_sales: components["schemas"]["BillSum"];
            /** @description The channel. */
            channel: string;
            /** @description The day, as `2026-11-22`. */
            day: string;
            /**
             * Format: int64
             * @description Rows that are equal on both sides.
             */
            equal: number;
            /** @description What the provider kept. */
            fees: components["schemas"]["Amount"];
            funds: components["schemas"]["FundsView"] | null;
            problem: components["schemas"]["Text"] | null;
            /**
             * Format: int64
             * @description So many differences need a person.
             */
            raised: number;
            /** @description How far the reading is: `running`, `not_ready`, `done`, `nothing` or `failed`. */
            state: string;
            /** @description The provider's name. */
            title: components["schemas"]["Text"];
            /**
             * Format: int64
             * @description So many differences are being seen to by themselves.
             */
            under_way: number;
            /** @description When it was last read. */
            updated_at: string;
            /**
             * @description What the day has come to: `running`, `not_ready`, `failed`, `raised` (a person must see to something), `open` (the
             *     provider is being asked, or a bill is awaited), `agrees` (nothing is left to do) or `nothing`.
             */
            verdict: string;
        };
        /** @description So many, adding up to so much. */
        BillSum: {
            /** @description How much. */
            amount: components["schemas"]["Amount"];
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
        };
        /** @description So many, adding up to so much. */
        CountAmount: {
            /** @description How much. */
            amount: components["schemas"]["Amount"];
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
        };
        /** @description Cash over the counter. */
        CountedCash: {
            /** @description What goes back at once. */
            change: components["schemas"]["Amount"];
            /** @description What the customer handed over. */
            tendered: components["schemas"]["Amount"];
        };
        /** @description What a day brought. */
        Day: {
            /** @description Hours with sales. */
            by_hour: components["schemas"]["HourSum"][];
            /** @description Wallets with sales. */
            by_wallet: components["schemas"]["WalletSum"][];
            /** @description The day. */
            date: string;
            /** @description The same day of last week, whole. */
            last_week_same_day: components["schemas"]["CountAmount"];
            /**
             * Format: int64
             * @description How many payments ended without money.
             */
            not_paid: number;
            /** @description What was paid of what was asked for that day. */
            paid: components["schemas"]["CountAmount"];
            /** @description What persons recorded by hand that day and nobody has verified: not in `paid`. */
            recorded: components["schemas"]["CountAmount"];
            /** @description What went back that day. */
            refunded: components["schemas"]["CountAmount"];
            /**
             * Format: double
             * @description Paid out of all that ended, 0 to 1; nothing if none did.
             */
            success_rate: number | null;
            /**
             * Format: int64
             * @description How many have no result yet.
             */
            waiting: number;
            /** @description In whose midnight it begins. */
            zone: string;
        };
        /** @description Who may sign in and what can be tried. */
        Demo: {
            /** @description Codes and amounts that play every case. */
            codes: components["schemas"]["DemoCode"][];
            /** @description People who may sign in. */
            credentials: components["schemas"]["DemoCredential"][];
            /** @description Where the virtual printer's papers are shown. */
            printer_url: string | null;
        };
        /** @description A case to play by hand. */
        DemoCode: {
            /** @description The amount that plays it, in yuan. */
            amount: string | null;
            /** @description The payer's code that plays it. */
            code: string | null;
            /** @description What will happen, in English. */
            en: string;
            /** @description Which simulator plays it. */
            provider: string;
            /** @description What will happen, in Chinese. */
            zh: string;
        };
        /** @description A person of the demo. */
        DemoCredential: {
            /** @description What to sign in with. */
            login: string;
            /** @description The password, which is no secret in a demo. */
            password: string;
            /** @description What the person may do. */
            role: string;
        };
        /** @description Something that was done about a difference. */
        DifferenceActView: {
            /** @description What. */
            act: string;
            /** @description Who. */
            actor: string;
            /** @description When. */
            at: string;
            /** @description What is worth knowing about it. */
            detail: string;
        };
        /**
         * @description What may be done about a difference.
         * @enum {string}
         */
        DifferenceActWanted: "look" | "settle" | "note";
        /** @description A difference with what was done about it. */
        DifferenceStory: {
            /** @description What was done, oldest first. */
            acts: components["schemas"]["DifferenceActView"][];
            /** @description The difference. */
            difference: components["schemas"]["DifferenceView"];
        };
        /** @description Book and bill differ here. */
        DifferenceView: {
            /** @description Records by hand that it may be. */
            candidates: string[];
            /** @description The channel. */
            channel: string;
            /** @description `missing_here`, `missing_there`, `currency`, `amount`, `status`, `fee`, `duplicate`, `late`, `day_cut`. */
            class: string;
            /** @description `note`, `record_fee`, `look`, `give_back`, `await_next_bill`, `person`. */
            cure: string;
            /** @description The bill's day. */
            day: string;
            /** @description When it was found. */
            found_at: string;
            /** @description What book and bill say. */
            happened: components["schemas"]["Text"];
            /** @description Its name within that bill. */
            key: string;
            /** @description `sale` or `refund`. */
            kind: string;
            /**
             * Format: int64
             * @description Which line of the bill it is.
             */
            line: number | null;
            /** @description What that means. */
            means: components["schemas"]["Text"];
            /** @description The bill's order number; empty if the bill has no such row. */
            order_no: string;
            ours: components["schemas"]["Amount"] | null;
            /** @description The payment, if it is one of ours. */
            payment: string | null;
            /** @description How it stands, which decides what `todo` says: `asking`, `waiting`, `raised`, `cured`, `noted`, `settled`, `gone`. */
            state: string;
            theirs: components["schemas"]["Amount"] | null;
            /** @description The provider's name. */
            title: components["schemas"]["Text"];
            /** @description What is done, or must be. */
            todo: components["schemas"]["Text"];
            /** @description The provider's number; empty if the bill has no such row. */
            transaction: string;
        };
        /** @description Differences. */
        Differences: {
            /** @description Those that need a person first; at most 1000. */
            items: components["schemas"]["DifferenceView"][];
        };
        /** @description A state in words: what happened, what it means, what to do. */
        Explain: {
            /** @description The primary button. */
            action: components["schemas"]["Action"];
            /** @description The words on it. */
            action_label: components["schemas"]["Text"];
            awaiting: components["schemas"]["Text"] | null;
            /** @description What it means. */
            detail: components["schemas"]["Text"];
            /** @description What happened, in one line. */
            headline: components["schemas"]["Text"];
            /** @description May this sale be charged again, by any method? */
            may_charge_again: boolean;
            /** @description May the goods be handed over? */
            may_hand_over: boolean;
            /** @description What the cashier does next. */
            next_step: components["schemas"]["Text"];
        };
        /** @description A payment found paid after the till had lost sight of it. */
        FoundPaid: {
            /** @description How: `matched`, `too_late`, `kept` or `after_restart`. */
            how: string;
            /** @description Who has seen it; nothing while it is to be announced. */
            seen_by: string | null;
            /** @description It in words. */
            text: components["schemas"]["Text"];
        };
        /** @description What moved on the merchant's account at the provider on a day, by the account's own bill. */
        FundsView: {
            balance: components["schemas"]["AccountBalance"] | null;
            /** @description Went out: fees. */
            fees: components["schemas"]["BillSum"];
            /** @description Came in: fees given back with refunds. */
            fees_back: components["schemas"]["BillSum"];
            /** @description False if the movements could not be fetched: then the sums say nothing. */
            known: boolean;
            /** @description Everything else, in or out, such as deposits and transfers. */
            other: components["schemas"]["BillSum"];
            /** @description Came in: payments. */
            payments: components["schemas"]["BillSum"];
            problem: components["schemas"]["Text"] | null;
            /** @description Went out: refunds and reversals. */
            refunds: components["schemas"]["BillSum"];
            /** @description Went out to the merchant's bank account. */
            withdrawals: components["schemas"]["BillSum"];
        };
        /** @description How the server is. */
        Health: {
            /**
             * Format: int64
             * @description Questions to providers under way.
             */
            calls_in_flight: number;
            /** @description `ok` or `failing`. */
            database: string;
            /** @description `ok` or `stopped`. */
            engine: string;
            /**
             * Format: int64
             * @description Payments that have no result yet.
             */
            open_payments: number;
            /** @description Ways to providers. */
            providers: components["schemas"]["ProviderHealth"][];
            /** @description `ok`; `degraded` if it cannot take money; `draining` if it is about to end and others should be asked. */
            status: string;
            /** @description Its version. */
            version: string;
        };
        /** @description The sales of an hour. */
        HourSum: {
            /** @description How much. */
            amount: components["schemas"]["Amount"];
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /**
             * Format: int32
             * @description 0 to 23.
             */
            hour: number;
        };
        /** @description What a wallet offers for an amount. */
        InstallmentPlans: {
            /** @description The amount. */
            amount: components["schemas"]["Amount"];
            /** @description The plans, in the wallet's order; none if it offers none for this amount. */
            items: components["schemas"]["Installments"][];
            /** @description Its name. */
            label: components["schemas"]["Text"];
            /** @description What this means for whoever stands at the counter. */
            text: components["schemas"]["Text"];
            /** @description The wallet. */
            wallet: string;
        };
        /** @description One plan: an amount and its fee, paid monthly to whoever lends it. The shop gets the amount at once. */
        Installments: {
            /**
             * Format: int32
             * @description How many instalments.
             */
            count: number;
            /** @description The whole fee. */
            fee: components["schemas"]["Amount"];
            /** @description The first instalment. */
            first: components["schemas"]["Amount"];
            /** @description Each later one; zero if there is only one. */
            later: components["schemas"]["Amount"];
            /** @description The fee's rate as the lender writes it; empty if it says none. */
            rate: string;
            /** @description All of it in a sentence. */
            text: components["schemas"]["Text"];
            /** @description The amount and the fee. */
            total: components["schemas"]["Amount"];
        };
        /** @description An attempt as the server knows it. */
        KnownAttempt: {
            /** @description The till's number of it. */
            attempt: string;
            /** @description A person decided that it is kept, in spite of what was raised about it. */
            kept: boolean;
            matched: components["schemas"]["KnownMatch"] | null;
            /** @description Where the money is. */
            money: components["schemas"]["MoneyState"];
            /** @description Its returns, in the order they were asked for. */
            refunds: components["schemas"]["KnownRefund"][];
            settled: components["schemas"]["KnownSettlement"] | null;
        };
        /** @description What changed since a till's mark. */
        KnownAttempts: {
            /** @description The attempts as they stand now, each once. */
            attempts: components["schemas"]["KnownAttempt"][];
            /** @description To be given with a later sign of life, once these are recorded. */
            mark: string;
            /** @description There is more at once. */
            more: boolean;
        };
        /** @description What a payment recorded by hand was found as. */
        KnownMatch: {
            /** @description How much came. */
            amount: components["schemas"]["Amount"];
            /** @description The person who matched it; empty if Paydesk did. */
            by: string;
            /** @description The bill's name, or the notification's id. */
            name: string;
            /** @description When, if the provider said. */
            paid_at: string | null;
            /**
             * Format: int64
             * @description The row in the bill, from 1; 0 for a notification.
             */
            row: number;
            /** @description `bill` or `notice`. */
            source: string;
            /** @description The provider's number of the transaction. */
            transaction: string;
        };
        /** @description A return of money as the server knows it. */
        KnownRefund: {
            /** @description How much went back, or shall. */
            amount: components["schemas"]["Amount"];
            /** @description When the payer had the money. */
            done_at: string | null;
            /** @description The key it was asked for with: the till's own number, if the till asked. */
            key: string | null;
            /** @description The server's number of it. */
            number: string;
            /** @description Why it was refused. */
            refuse_reason: string | null;
            /** @description How far it is. */
            state: components["schemas"]["RefundState"];
        };
        /** @description What a person decided. */
        KnownSettlement: {
            /** @description Who. */
            by: string;
            /** @description The money is the shop's; otherwise it never came. */
            paid: boolean;
            /** @description Why. */
            reason: string;
        };
        /** @description Limits of one payment. */
        Limits: {
            /** @description The most. */
            max: components["schemas"]["Amount"];
        };
        /** @description A payment to the shop's printed code, recorded by hand. */
        ManualRecord: {
            /** @description The last digits of the transaction's number, as far as they were read. */
            digits: string | null;
            /** @description It was found at the provider: `bill` or `notice`. */
            matched: string | null;
            /** @description What the cashier saw on the customer's phone. */
            seen: string;
            /** @description What a person decided, and why. */
            settled: string | null;
            /** @description By when it must have been verified before a person is called. */
            verify_by: string;
        };
        /** @description Who one is and what one may do. */
        Me: {
            /** @description For whom one works. */
            merchant: components["schemas"]["Named"];
            /** @description What one may do: `take`, `refund`, `view_all`, `admin`. */
            permissions: string[];
            /** @description The person or the machine. */
            staff: components["schemas"]["MeStaff"];
            store: components["schemas"]["Named"] | null;
            till: components["schemas"]["Named"] | null;
            /** @description The merchant's tills. */
            tills: components["schemas"]["MeTill"][];
        };
        /** @description A person or a machine. */
        MeStaff: {
            /** @description The id. */
            id: string;
            /** @description The login; empty for a machine. */
            login: string;
            /** @description The name. */
            name: string;
            /** @description `owner`, `manager`, `cashier`, `support` or `till`. */
            role: string;
        };
        /** @description A till one may choose. */
        MeTill: {
            /** @description Its id. */
            id: string;
            /** @description Its name. */
            name: string;
            /** @description The store it stands in. */
            store_id: string;
        };
        /**
         * @description Where the money is, in one word.
         * @enum {string}
         */
        MoneyState: "waiting" | "verifying" | "recorded" | "paid" | "not_paid" | "returned";
        /** @description Something with an id and a name. */
        Named: {
            /** @description Its id. */
            id: string;
            /** @description Its name for people. */
            name: string;
        };
        /** @description An amount in minor units. */
        NewAmount: {
            /**
             * Format: int64
             * @description Minor units: 1250 is 12.50 yuan.
             */
            amount: number;
            /**
             * @description ISO 4217 letters.
             * @example CNY
             */
            currency: string;
        };
        /** @description A key to make. */
        NewApiKey: {
            /** @description What people call the machine. */
            name: string;
            /** @description `owner`, `manager`, `cashier` or `support`. */
            role: string;
            /** @description The till it acts as, if always the same. */
            till?: string | null;
        };
        /** @description A sign of life. */
        NewBeat: {
            head?: components["schemas"]["NewHead"] | null;
            /**
             * @description How much it knows of what the server knows: the mark it was given last, empty if none. Left out by whoever does
             *     not want to be told.
             */
            mark?: string | null;
            /** @description Whether the device prints receipts itself. */
            prints: boolean;
        };
        /** @description Cash that was counted. */
        NewCash: {
            /** @description What the customer handed over; what is above the amount goes back as change. */
            tendered: components["schemas"]["NewAmount"];
        };
        /** @description A device that wants to be paired. */
        NewDevice: {
            /** @description The code that the server gave. */
            code: string;
            /** @description What people call the device. */
            name: string;
            /** @description Whether it prints receipts itself. */
            prints: boolean;
        };
        /** @description A wish about a difference. */
        NewDifferenceAct: {
            /** @description What is to be done. */
            act: components["schemas"]["DifferenceActWanted"];
            /** @description The channel. */
            channel: string;
            /** @description The bill's day. */
            day: string;
            /** @description Its name within that bill. */
            key: string;
            /** @description Why, or the words; needed for `settle` and `note`. */
            reason?: string;
        };
        /** @description What may change about a person; all of it is set. */
        NewDuties: {
            /** @description What colleagues and slips call the person. */
            name: string;
            /** @description `owner`, `manager`, `cashier` or `support`. */
            role: string;
            /** @description The till the person stands at, if always the same. */
            till?: string | null;
        };
        /** @description Entries of a journal, in order. */
        NewEntries: {
            /** @description The entries. */
            entries: components["schemas"]["NewEntry"][];
            /** @description The device was taken over and hands in what it still has: evidence, and nothing is done because of it. */
            handing_in: boolean;
        };
        /** @description An entry of a journal. */
        NewEntry: {
            /** @description What it records. */
            body: string;
            /** @description Its hash. */
            hash: string;
            /** @description The hash of the entry before it. */
            prev: string;
            /** @description Its segment. */
            segment: string;
            /**
             * Format: int64
             * @description Its place there, from 1.
             */
            seq: number;
        };
        /** @description The last entry of a journal. */
        NewHead: {
            /** @description Its hash. */
            hash: string;
            /** @description Its segment. */
            segment: string;
            /**
             * Format: int64
             * @description Its place there.
             */
            seq: number;
        };
        /** @description The plan that the customer was shown and chose. */
        NewInstallments: {
            /**
             * Format: int32
             * @description How many instalments.
             */
            count: number;
            /** @description The whole fee. */
            fee: components["schemas"]["NewAmount"];
            /** @description The first instalment. */
            first: components["schemas"]["NewAmount"];
            /** @description Each later one; zero if there is only one. */
            later: components["schemas"]["NewAmount"];
            /** @description The fee's rate as the lender writes it. */
            rate?: string | null;
            /** @description The amount and the fee. */
            total: components["schemas"]["NewAmount"];
        };
        /** @description How the customer pays. */
        NewMethod: {
            /** @description We scanned the customer's code. */
            payer_code: components["schemas"]["NewScannedCode"];
        } | {
            /** @description The customer scans ours. */
            show_qr: components["schemas"]["WantedQr"];
        } | {
            /** @description Notes and coins, counted already. */
            cash: components["schemas"]["NewCash"];
        } | {
            /** @description The customer scanned the shop's printed code over their own network. */
            shop_code: components["schemas"]["NewRecord"];
        };
        /** @description The own password, before and after. */
        NewOwnPassword: {
            /** @description The password until now. */
            current: string;
            /** @description The password from now on, at least 10 characters. */
            password: string;
        };
        /** @description The sale that a payment is a part of. */
        NewPart: {
            /** @description The sale's id, a UUID made by the caller: the same for every payment of the sale. */
            id: string;
            /** @description What people call it, such as a table. */
            note?: string | null;
            /** @description What the whole sale comes to; the same in every payment of it. */
            total: components["schemas"]["NewAmount"];
        };
        /** @description A password for somebody else. */
        NewPasswordFor: {
            /** @description The password, at least 10 characters; made by the server unless given. */
            password?: string | null;
        };
        /** @description What is wanted. */
        NewPayment: {
            /** @description How much. */
            amount: components["schemas"]["NewAmount"];
            /** @description What is bought, as the customer's phone shows it; the merchant's name unless said. */
            description?: string | null;
            installments?: components["schemas"]["NewInstallments"] | null;
            /** @description How the customer pays. */
            method: components["schemas"]["NewMethod"];
            /** @description The caller's own number for the sale. */
            reference?: string | null;
            sale?: components["schemas"]["NewPart"] | null;
            /** @description At which till; needed only by those who stand at several. */
            till?: string | null;
        };
        /** @description A person to let in. */
        NewPerson: {
            /** @description What the person will sign in with: 2 to 64 characters without spaces; nobody else on this server has it. */
            login: string;
            /** @description What colleagues and slips call the person. */
            name: string;
            /** @description A password, at least 10 characters; made by the server unless given. */
            password?: string | null;
            /** @description `owner`, `manager`, `cashier` or `support`. */
            role: string;
            /** @description The till the person stands at, if always the same. */
            till?: string | null;
        };
        /** @description A wish to read a bill now. */
        NewReconcileRun: {
            /** @description The channel. */
            channel: string;
            /** @description The day. */
            day: string;
        };
        /** @description What the cashier saw on the customer's phone. It is recorded, and verified later. */
        NewRecord: {
            /** @description The last 4 to 8 digits of the transaction's number, if they were read. */
            digits?: string | null;
            /** @description What the phone showed, in the cashier's words. */
            seen: string;
            /** @description Of which wallet. */
            wallet: string;
        };
        /** @description What is to go back. */
        NewRefund: {
            /** @description How much; at most what is left of the payment. */
            amount: components["schemas"]["NewAmount"];
            /** @description Why, for the slip. */
            reason?: string | null;
            way?: components["schemas"]["RefundWay"] | null;
        };
        /** @description Which messages to send again: exactly one of these. */
        NewReplay: {
            /**
             * Format: int64
             * @description The message of this number.
             */
            message?: number | null;
            /** @description Everything that was given up. */
            parked?: boolean | null;
            /** @description Everything that was learnt since then (RFC 3339), delivered or not. */
            since?: string | null;
        };
        /** @description For how long an order holds. */
        NewRouteOrder: {
            /**
             * Format: int32
             * @description Minutes, 1 to 10080; until it is taken back if left out.
             */
            minutes?: number | null;
        };
        /** @description What of a sale is to go back. */
        NewSaleRefund: {
            /** @description How much; at most what is left of its payments. */
            amount: components["schemas"]["NewAmount"];
            /** @description Why, for the slips. */
            reason?: string | null;
        };
        /** @description A scanned payment code. It is never stored and never logged. */
        NewScannedCode: {
            /** @description Its digits. */
            code: string;
            /** @description Which wallet the customer says it is, where several make such codes (`wallet_ambiguous`). */
            wallet?: string | null;
        };
        /** @description What a person decides. */
        NewSettlement: {
            /** @description Why; kept in the timeline. */
            reason: string;
            /** @description What it is from now on. */
            verdict: components["schemas"]["SettledVerdict"];
        };
        /** @description A manager decides which device stands for a till. */
        NewStand: {
            /** @description The device. */
            agent: string;
        };
        /** @description A wish to take a till over. */
        NewTakeover: {
            /**
             * Format: int64
             * @description Only if the other device has given no sign of life since this one.
             */
            beat?: number | null;
            /**
             * Format: int64
             * @description The fence number that was last heard: if it has grown since, somebody else was faster.
             */
            fence: number;
        };
        /** @description A system to tell. */
        NewWebhook: {
            /** @description The kinds it is told; every kind unless given. */
            events?: string[] | null;
            /** @description What signs: `whsec_` and base64 of 24 to 64 bytes; made by the server unless given. */
            secret?: string | null;
            /** @description Where messages are sent: `https://` and a public address. */
            url: string;
        };
        /** @description What may change about a system; all of it is set. */
        NewWebhookSettings: {
            /** @description The kinds it is told; every kind unless given. */
            events?: string[] | null;
            /** @description Where messages are sent. */
            url: string;
        };
        /** @description An attempt without an end. */
        OpenAttempt: {
            /** @description How much. */
            amount: components["schemas"]["Amount"];
            /** @description Its number: the key it was asked for with. */
            attempt: string;
            /** @description Two digits at either end of the payer's code. */
            code_hint: string;
            /** @description When it was asked for. */
            created_at: string;
            /** @description What is bought. */
            description: string;
            /** @description How the customer pays. */
            method: components["schemas"]["PayMethod"];
            /** @description Our short name of the wallet. */
            wallet: string;
            /** @description Its name. */
            wallet_label: components["schemas"]["Text"];
        };
        /** @description A device that is paired. The key is shown this once. */
        Paired: {
            /** @description The device's id. */
            agent: string;
            /** @description Whether it stands for the till; otherwise it is a spare. */
            current: boolean;
            /**
             * Format: int64
             * @description The till's fence number.
             */
            fence: number;
            /** @description What the till needs to know. */
            info: components["schemas"]["TillInfo"];
            /** @description Its key. */
            key: string;
            /** @description Whose till it is. */
            merchant: components["schemas"]["Named"];
        };
        /** @description A code to pair a device with. */
        PairingCode: {
            /** @description To be typed at the device. */
            code: string;
            /** @description Until when. */
            expires_at: string;
        };
        /** @description A piece of paper. */
        Paper: {
            /** @description When it was cut off. */
            at: string;
            /** @description Its name. */
            id: string;
            /** @description Its picture. */
            svg: string;
        };
        /** @description What the virtual printer printed, newest first. */
        Papers: {
            /** @description The pieces of paper. */
            items: components["schemas"]["Paper"][];
        };
        /**
         * @description How the customer pays.
         * @enum {string}
         */
        PayMethod: "payer_code" | "show_qr" | "cash" | "shop_code";
        /** @description A way to be paid. */
        PayWay: {
            /** @description Over which channel. */
            channel: string;
            /** @description Tells the plans for paying in instalments. */
            installments: boolean;
            /** @description The wallet's name. */
            label: components["schemas"]["Text"];
            /** @description Takes a customer's code. */
            payer_code: boolean;
            /** @description Shows a code to the customer. */
            show_qr: boolean;
            /** @description With which wallet. */
            wallet: string;
        };
        /** @description A payment. */
        Payment: {
            /** @description How much was asked for. */
            amount: components["schemas"]["Amount"];
            cash: components["schemas"]["CountedCash"] | null;
            /** @description Who took it; nothing for a machine. */
            cashier: string | null;
            /** @description Two digits at either end of the payer's code. */
            code_hint: string | null;
            /** @description When it was asked for. */
            created_at: string;
            /** @description What is bought. */
            description: string;
            /** @description A person must know about it. */
            escalated: boolean;
            /** @description It in words. */
            explain: components["schemas"]["Explain"];
            found: components["schemas"]["FoundPaid"] | null;
            /** @description Its id. */
            id: string;
            installments: components["schemas"]["Installments"] | null;
            /** @description Whose money it is. */
            merchant: components["schemas"]["Named"];
            /** @description How the customer pays. */
            method: components["schemas"]["PayMethod"];
            /** @description Where the money is. */
            money: components["schemas"]["MoneyState"];
            /** @description The number the provider knows it by. */
            order_no: string;
            /** @description The money came after giving up and is going back. */
            owed_back: boolean;
            paid: components["schemas"]["Amount"] | null;
            part: components["schemas"]["SalePart"] | null;
            printed: components["schemas"]["Printed"] | null;
            /** @description The provider's last code about the charge. */
            provider_code: string | null;
            /** @description The provider's last message about the charge. */
            provider_message: string | null;
            /** @description The provider's number of the transaction. */
            provider_transaction: string | null;
            qr: components["schemas"]["ShownQr"] | null;
            /** @description Why it was not taken, as a name for programs. */
            reason: string | null;
            /** @description Where its public receipt is, once there is one. */
            receipt_url: string | null;
            record: components["schemas"]["ManualRecord"] | null;
            /** @description The caller's own number for the sale. */
            reference: string | null;
            /** @description How much could still be asked back. */
            refundable: components["schemas"]["Amount"];
            /** @description How much has gone back by refunds. */
            refunded: components["schemas"]["Amount"];
            /** @description Its returns, in the order they were asked for. */
            refunds: components["schemas"]["Refund"][];
            /** @description In which store. */
            store: components["schemas"]["Named"];
            /** @description At which till. */
            till: components["schemas"]["Named"];
            /** @description A person may decide what it is. */
            to_settle: boolean;
            /** @description By when there will be a result, while there is none. */
            until: string | null;
            /** @description When the last fact was learnt. */
            updated_at: string;
            /**
             * Format: int32
             * @description How many facts there are; grows with every one.
             */
            version: number;
            /** @description Our short name of the wallet. */
            wallet: string;
            /** @description Its name for people. */
            wallet_label: components["schemas"]["Text"];
        };
        /** @description A page of payments, newest first. */
        PaymentPage: {
            /** @description The payments. */
            items: components["schemas"]["Payment"][];
            /** @description The cursor of the next page; nothing if this is the last. */
            next: string | null;
        };
        /** @description A person who works here. */
        Person: {
            /** @description Since when (RFC 3339). */
            created_at: string;
            /** @description Since when the person is let in no more. */
            disabled_at: string | null;
            /** @description The person's id. */
            id: string;
            /** @description What the person signs in with. */
            login: string;
            /** @description What colleagues and slips call the person. */
            name: string;
            /** @description `owner`, `manager`, `cashier` or `support`. */
            role: string;
            till: components["schemas"]["Named"] | null;
            /** @description Whether it is the caller. */
            you: boolean;
        };
        /** @description Everybody of a merchant. */
        PersonList: {
            /** @description The people, also those who are let in no more, oldest first. */
            items: components["schemas"]["Person"][];
        };
        /** @description A person, and the password where the server made it. */
        PersonWithPassword: {
            /** @description The password, told this once; nothing if the caller chose it. */
            password: string | null;
            /** @description The person. */
            person: components["schemas"]["Person"];
        };
        /** @description A slip that waits for a printer. */
        PrintJob: {
            /**
             * Format: int32
             * @description 0 for the slip itself, 1, 2 ... for reprints.
             */
            copies: number;
            /** @description Its number. */
            id: string;
            /** @description `queued` and so on. */
            state: string;
        };
        /** @description What became of a payment's slips. */
        Printed: {
            /**
             * Format: int32
             * @description How many reprints were asked for.
             */
            copies: number;
            /** @description The newest slip: `queued`, `held`, `sent`, `printed`, `unknown`. */
            state: string;
        };
        /** @description How a printer is. */
        PrinterState: {
            /** @description `ready`, `near_end`, `paper_out`, `cover_open`, `cutter_error`, `hot`, `offline`, `unknown` or `none`. */
            state: string;
            /** @description What it means. */
            text: components["schemas"]["Text"];
        };
        /** @description A problem as it is sent. */
        Problem: {
            /** @description The name for programs. */
            code: string;
            /** @description What happened and what to do, in English. */
            detail: string;
            /** @description What happened and what to do, in English. */
            en: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The name in words. */
            title: string;
            /** @description A name for programs, as a URI. */
            type: string;
            /** @description What happened and what to do, in Chinese. */
            zh: string;
        };
        /** @description A way to a provider. */
        ProviderHealth: {
            /** @description The channel. */
            channel: string;
            /** @description When the last exchange was. */
            checked_at: string | null;
            /** @description The same in a sentence. */
            found: components["schemas"]["Text"];
            /** @description What to do; empty if nothing needs to be done. */
            next_step: components["schemas"]["Text"];
            /** @description Whose it is. */
            provider: string;
            /** @description Since when every exchange has shown this. */
            since: string | null;
            /**
             * @description What the last exchange with it showed. `unknown` until the first; `answering` if all is well; otherwise what is
             *     wrong: `no_address`, `no_connection`, `no_trust`, `silent`, `our_signature`, `our_number`, `clock`,
             *     `not_permitted`, `unknown_key`, `their_signature`, `failing`, `not_the_provider`.
             */
            state: string;
        };
        /** @description What a customer may know of a payment. */
        PublicPayment: {
            /** @description How much. */
            amount: components["schemas"]["Amount"];
            /** @description The number the provider knows it by. */
            order_no: string;
            /** @description How much has gone back. */
            refunded: components["schemas"]["Amount"];
            /** @description Where the money is. */
            state: components["schemas"]["MoneyState"];
            /** @description The state in one word. */
            state_label: components["schemas"]["Text"];
            /** @description When. */
            time: string;
            /** @description The wallet. */
            wallet_label: components["schemas"]["Text"];
        };
        /** @description A receipt as the customer sees it. */
        PublicReceipt: {
            /** @description The slip's lines in Chinese. */
            lines: components["schemas"]["SlipLine"][];
            /** @description The slip's lines in English. */
            lines_en: components["schemas"]["SlipLine"][];
            /** @description Who took the money. */
            merchant: string;
            /** @description The payment itself. */
            payment: components["schemas"]["PublicPayment"];
            /** @description In which store. */
            store: string;
        };
        /** @description A slip as the shop sees it. */
        Receipt: {
            /** @description Its lines. */
            lines: components["schemas"]["SlipLine"][];
            /**
             * Format: int32
             * @description How many reprints were asked for.
             */
            reprint: number;
        };
        /** @description Days and channels. */
        ReconcileDays: {
            /** @description Channels whose provider makes bills. */
            channels: components["schemas"]["BillChannel"][];
            /** @description Bills, newest day first. */
            days: components["schemas"]["BillDayView"][];
            /**
             * Format: int64
             * @description How many differences wait for a person.
             */
            raised: number;
        };
        /** @description One recorded change. */
        RecordedChange: {
            /** @description The person, machine or till it was done to, by name; nothing if it was another thing, which `detail` then names. */
            about: string | null;
            /** @description What was done, such as `staff.created`, `api_key.disabled`, `till.created` or `webhook.replayed`. */
            action: string;
            /** @description When (RFC 3339). */
            at: string;
            /** @description Who did it: a login, a machine or a command. */
            by: string;
            /**
             * @description What is worth knowing about it; of `staff.changed` a line for each thing that differs, as
             *     `role: cashier → manager`.
             */
            detail: string;
        };
        /** @description One return of money. */
        Refund: {
            /** @description How much. */
            amount: components["schemas"]["Amount"];
            /** @description When the payer had the money. */
            done_at: string | null;
            /** @description Its id. */
            id: string;
            /** @description It was given back over the counter. */
            in_cash: boolean;
            /** @description The key it was asked for with; nothing if late money went back by itself. */
            key: string | null;
            /** @description Why it was asked for, if anybody said. */
            reason: string | null;
            /** @description The number the provider knows it by. */
            refund_no: string;
            /** @description Why it was refused, as a name for programs. */
            refuse_reason: string | null;
            /** @description When it was asked for. */
            requested_at: string;
            /** @description How far it is. */
            state: components["schemas"]["RefundState"];
            /** @description It in words. */
            text: components["schemas"]["Text"];
        };
        /**
         * @description How far a refund is.
         * @enum {string}
         */
        RefundState: "processing" | "done" | "refused";
        /**
         * @description Which way returned money goes.
         * @enum {string}
         */
        RefundWay: "provider" | "cash";
        /** @description An entry that was refused. */
        RefusedEntry: {
            /** @description Why, for programs. */
            code: string;
            /**
             * Format: int64
             * @description For a gap: the place to go on from.
             */
            expected: number | null;
            /**
             * Format: int64
             * @description Its place.
             */
            seq: number;
            /** @description Why, for people. */
            text: components["schemas"]["Text"];
        };
        /** @description What is sent again. */
        Replayed: {
            /**
             * Format: int64
             * @description So many messages.
             */
            messages: number;
        };
        /** @description A way to a wallet. */
        Route: {
            /** @description Its channel. */
            channel: string;
            /**
             * Format: int32
             * @description Calls of the last hour that failed, and the way is to blame.
             */
            failed: number;
            /** @description The last failures, newest first. */
            failures: components["schemas"]["RouteFailure"][];
            /** @description Whether that is known from enough calls to say anything. */
            known: boolean;
            /** @description The channel's name. */
            name: string;
            order: components["schemas"]["RouteOrder"] | null;
            /** @description The provider's name. */
            provider: components["schemas"]["Text"];
            /**
             * Format: int32
             * @description How many of a thousand calls worked of late.
             */
            rate_permille: number;
            /** @description `in_use`, `pinned`, `passed_over` (another is pinned), `eliminated`, `probing` or `shut`. */
            state: string;
            /** @description What that means. */
            state_text: components["schemas"]["Text"];
            /**
             * Format: int32
             * @description Calls of the last hour that worked.
             */
            worked: number;
        };
        /** @description A failure of a way. */
        RouteFailure: {
            /** @description When, to a quarter of a minute. */
            at: string;
            /** @description Its name for programs. */
            code: string;
            /** @description The payment that met it. */
            payment: string;
            /** @description It in words. */
            text: components["schemas"]["Text"];
        };
        /** @description Every wallet that is taken, and the ways to it. */
        RouteList: {
            /**
             * Format: int64
             * @description What was seen counts half as much after so long.
             */
            half_life_s: number;
            /** @description The wallets. */
            items: components["schemas"]["WalletRoutes"][];
            /**
             * Format: int64
             * @description A way out of use is tried by one payment, so often.
             */
            probe_every_s: number;
        };
        /** @description What a person ordered of a way. */
        RouteOrder: {
            /** @description When. */
            at: string;
            /** @description Who. */
            by: string;
            /** @description It holds until then; until it is taken back if there is no end. */
            until: string | null;
            /** @description `pin` or `shut`. */
            word: string;
        };
        /** @description A rule of the configuration. */
        RouteRule: {
            /** @description Its name. */
            name: string;
            /** @description What it says. */
            text: components["schemas"]["Text"];
        };
        /** @description A sale: what its payments add up to. */
        Sale: {
            /** @description It in words. */
            explain: components["schemas"]["SaleWords"];
            /** @description Its id. */
            id: string;
            /** @description What may still be charged. */
            left: components["schemas"]["Amount"];
            /** @description What people call it. */
            note: string | null;
            /** @description What was asked for and has no result yet; it counts as taken. */
            open: components["schemas"]["Amount"];
            /** @description What was paid beyond the total. */
            over: components["schemas"]["Amount"];
            /** @description What is the shop's, before refunds. */
            paid: components["schemas"]["Amount"];
            /** @description Its payments, in the order of their numbers. */
            payments: components["schemas"]["Payment"][];
            /** @description The part of it that was recorded by hand and is not verified. */
            recorded: components["schemas"]["Amount"];
            /** @description What could still be given back. */
            refundable: components["schemas"]["Amount"];
            /** @description What went back by refunds. */
            returned: components["schemas"]["Amount"];
            /** @description When it was paid in full. */
            settled_at: string | null;
            /** @description How far it is. */
            state: components["schemas"]["SaleState"];
            /** @description What it comes to. */
            total: components["schemas"]["Amount"];
        };
        /** @description Which part of a sale a payment is. */
        SalePart: {
            /** @description What people call it. */
            note: string | null;
            /**
             * Format: int32
             * @description 1 for the first payment of the sale.
             */
            number: number;
            /** @description The sale. */
            sale: string;
            /** @description What the whole sale comes to. */
            total: components["schemas"]["Amount"];
        };
        /**
         * @description How far a sale is.
         * @enum {string}
         */
        SaleState: "open" | "waiting" | "settled" | "overpaid" | "returned";
        /** @description How a sale stands, in words. */
        SaleWords: {
            /** @description The sum, item by item. */
            detail: components["schemas"]["Text"];
            /** @description What happened, in one line. */
            headline: components["schemas"]["Text"];
            /** @description May the goods be handed over? */
            may_hand_over: boolean;
            /** @description What the cashier does next. */
            next_step: components["schemas"]["Text"];
        };
        /**
         * @description What can be decided.
         * @enum {string}
         */
        SettledVerdict: "paid" | "not_paid";
        /** @description A QR code that a till shows now. */
        ShownCode: {
            /** @description How much. */
            amount: components["schemas"]["Amount"];
            /** @description The order that it pays. */
            order_no: string;
            /** @description The wallet that can scan it. */
            wallet_label: components["schemas"]["Text"];
        };
        /** @description QR codes that tills show now. */
        ShownCodes: {
            /** @description Newest first. */
            items: components["schemas"]["ShownCode"][];
        };
        /** @description A QR code the customer can pay by scanning. */
        ShownQr: {
            /** @description The text to draw. */
            content: string;
            /** @description When it stops being payable. */
            expires_at: string | null;
        };
        /** @description Who wants in. */
        SignIn: {
            /** @description The login. */
            login: string;
            /** @description The password. */
            password: string;
        };
        /** @description One line of a slip. */
        SlipLine: {
            /** @description `left`, `center` or `right`. */
            align: string;
            /** @description Heavier strokes. */
            bold: boolean;
            /** @enum {string} */
            kind: "text";
            /** @description 1, 2 or 3 times the normal font. */
            size: number;
            /** @description What they say. */
            text: string;
        } | {
            /** @enum {string} */
            kind: "pair";
            /** @description The name. */
            label: string;
            /** @description The value. */
            value: string;
        } | {
            /** @enum {string} */
            kind: "rule";
        } | {
            /** @description What a scanner reads. */
            content: string;
            /** @enum {string} */
            kind: "qr";
        } | {
            /** @enum {string} */
            kind: "blank";
        } | {
            /** @enum {string} */
            kind: "cut";
        };
        /** @description What was changed, by whom. */
        Story: {
            /** @description The changes, newest first. */
            items: components["schemas"]["RecordedChange"][];
        };
        /** @description What became of entries that were handed in. */
        TakenIn: {
            /**
             * Format: int32
             * @description Were here before.
             */
            known: number;
            refused: components["schemas"]["RefusedEntry"] | null;
            /**
             * Format: int32
             * @description Taken in now.
             */
            taken: number;
        };
        /** @description What a device that took over has to know. */
        TakenOver: {
            /**
             * Format: int64
             * @description The till's fence number from now on.
             */
            fence: number;
            /** @description The till's attempts that have no end yet. */
            open: components["schemas"]["OpenAttempt"][];
        };
        /** @description A sentence in both languages. */
        Text: {
            /** @description English. */
            en: string;
            /** @description Simplified Chinese. */
            zh: string;
        };
        /** @description Something wrong with a till's journal. */
        TillAlarm: {
            /** @description When it was found. */
            at: string;
            /** @description Where: a segment and a place, or an attempt. */
            place: string;
            /** @description What it means. */
            text: components["schemas"]["Text"];
            /** @description What, for programs: `fork`, `rollback`, `broken`, `never_sent`. */
            what: string;
        };
        /** @description A device of a till. */
        TillDevice: {
            /** @description Whether it stands for the till. */
            current: boolean;
            /** @description Its id. */
            id: string;
            /** @description The key by which it is let in: revoking it shuts the device out. */
            key: string;
            /** @description What people call it. */
            name: string;
            /** @description Whether it prints receipts itself. */
            prints: boolean;
            /** @description When the key was revoked, if it was. */
            revoked_at: string | null;
            /** @description When it last gave a sign of life. */
            seen_at: string;
        };
        /** @description The devices of a till. */
        TillDevices: {
            /** @description What was found wrong, newest first. */
            alarms: components["schemas"]["TillAlarm"][];
            /** @description The devices, oldest first. */
            devices: components["schemas"]["TillDevice"][];
            /**
             * Format: int64
             * @description Entries of its journals that are held.
             */
            entries_held: number;
            /**
             * Format: int64
             * @description The till's fence number; 0 if it has no device.
             */
            fence: number;
        };
        /** @description What a till needs to know. */
        TillInfo: {
            /** @description The currency. */
            currency: string;
            /** @description Whether this is a demo: nothing is real, and a customer can be pretended. */
            demo: boolean;
            /** @description Limits. */
            limits: components["schemas"]["Limits"];
            /** @description Ways to be paid, in the order in which they are tried. */
            methods: components["schemas"]["PayWay"][];
            /** @description The printer. */
            printer: components["schemas"]["PrinterState"];
            /** @description Where customers open their receipts, without a slash at the end. */
            public_url: string;
            /** @description This server's clock. */
            server_time: string;
            /** @description The store it stands in. */
            store: components["schemas"]["Named"];
            /** @description The till. */
            till: components["schemas"]["Named"];
            /** @description How wallets' codes look. */
            wallets: components["schemas"]["WalletCodes"][];
        };
        /** @description What the server answers to a sign of life. */
        TillStand: {
            /**
             * Format: int64
             * @description Grows with that device's signs of life.
             */
            beat: number;
            /** @description Whether the device that asks stands for the till. */
            current: boolean;
            /**
             * Format: int64
             * @description The till's fence number.
             */
            fence: number;
            /**
             * Format: int64
             * @description The last place that is held of its segment.
             */
            held: number;
            /** @description How the journal of the device that asks stands: `level`, `till_ahead`, `rolled_back`, `forked`. */
            journal: string;
            known: components["schemas"]["KnownAttempts"] | null;
            /** @description What people call the device that does. */
            name: string;
            /** @description When the server last heard of it. */
            seen_at: string;
            /** @description Since when. */
            since: string;
        };
        /** @description Everything that happened to a payment. */
        Timeline: {
            /** @description What happened, oldest first. */
            entries: components["schemas"]["TimelineEntry"][];
        };
        /** @description One thing that happened. */
        TimelineEntry: {
            /** @description When we learnt it. */
            at: string;
            /** @description The provider's code, if it gave one. */
            code: string | null;
            /** @description Particulars, by their names. */
            fields: components["schemas"]["TimelineField"][];
            /** @description What kind of thing it is. */
            kind: components["schemas"]["TimelineKind"];
            /** @description The provider's message, if it gave one. */
            message: string | null;
            /**
             * Format: int32
             * @description Its place, from 1.
             */
            seq: number;
            /** @description It in words. */
            text: components["schemas"]["Text"];
            /** @description Who says so. */
            who: components["schemas"]["Who"];
        };
        /** @description A particular. */
        TimelineField: {
            /** @description Its name for programs. */
            name: string;
            /** @description Its value. */
            value: string;
        };
        /**
         * @description What kind of thing happened.
         * @enum {string}
         */
        TimelineKind: "requested" | "asked" | "answered" | "lost" | "never_left" | "noticed" | "cancel_requested" | "refund_requested" | "look_requested" | "matched" | "match_withdrawn" | "settled" | "raised" | "refund_found" | "refund_withdrawn" | "found_acknowledged";
        /** @description Sales that are not paid in full, the newest first. */
        UnpaidSales: {
            /** @description The sales. */
            items: components["schemas"]["Sale"][];
        };
        /** @description How a wallet's codes look. */
        WalletCodes: {
            /** @description Whether this shop takes it. */
            available: boolean;
            /** @description Its name. */
            label: components["schemas"]["Text"];
            /** @description Fewest and most digits. */
            lengths: number[];
            /** @description Its codes begin with one of these. */
            prefixes: string[];
            /** @description The wallet. */
            wallet: string;
            /** @description Where another wallet's codes begin just so, it is this one's. */
            wins: boolean;
        };
        /** @description A wallet and the ways to it. */
        WalletRoutes: {
            /** @description Its name. */
            label: components["schemas"]["Text"];
            /** @description The ways, the preferred first. */
            routes: components["schemas"]["Route"][];
            /** @description The rules that are asked before what was learned. */
            rules: components["schemas"]["RouteRule"][];
            /** @description The wallet. */
            wallet: string;
        };
        /** @description The sales of a wallet. */
        WalletSum: {
            /** @description How much. */
            amount: components["schemas"]["Amount"];
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /** @description Its name. */
            label: components["schemas"]["Text"];
            /** @description The wallet. */
            wallet: string;
        };
        /** @description A QR code to show. */
        WantedQr: {
            /** @description Of which wallet. */
            wallet: string;
        };
        /** @description A system that is told. */
        Webhook: {
            /** @description Until when the secret before the last one signs as well. */
            both_secrets_until: string | null;
            /** @description Since when it is told (RFC 3339). */
            created_at: string;
            /** @description Since when it is told no more. */
            disabled_at: string | null;
            /** @description Why not: nothing if a person wanted it so, `410 Gone` if the system did. */
            disabled_because: string | null;
            /** @description The kinds it is told. */
            events: string[];
            /** @description Its id. */
            id: string;
            /**
             * Format: int64
             * @description Messages that were given up, until they are sent again.
             */
            parked: number;
            /** @description Where messages are sent. */
            url: string;
            /**
             * Format: int64
             * @description Messages to be sent.
             */
            waiting: number;
        };
        /** @description A merchant's systems that are told. */
        WebhookList: {
            /** @description The systems, also disabled ones, oldest first. */
            items: components["schemas"]["Webhook"][];
        };
        /** @description A message and what came of it. */
        WebhookMessage: {
            /** @description How the last answer began, or why there was none. */
            answer: string | null;
            /** @description When what it tells was learnt. */
            at: string;
            /** @description What kind of event. */
            event: string;
            /** @description What it carries as `webhook-id`: the same for every try. */
            id: string;
            /** @description When it is sent next; nothing if it is not to be. */
            next_at: string | null;
            /**
             * Format: int64
             * @description Its place among this system's messages.
             */
            number: number;
            /** @description Which payment; nothing for a test. */
            payment: string | null;
            reason: components["schemas"]["Text"] | null;
            /** @description `waiting`, `delivered` or `parked`. */
            state: string;
            /**
             * Format: int32
             * @description The last answer's HTTP status; nothing if there was none.
             */
            status: number | null;
            /** @description When it was last sent. */
            tried_at: string | null;
            /**
             * Format: int32
             * @description How often it was sent.
             */
            tries: number;
        };
        /** @description What was or will be sent. */
        WebhookMessages: {
            /** @description Newest first. */
            items: components["schemas"]["WebhookMessage"][];
            /**
             * Format: int64
             * @description What `before` must be for the next page; nothing if this is the last.
             */
            next: number | null;
        };
        /** @description A system, and its secret where the server made it. */
        WebhookWithSecret: {
            /** @description What signs, told this once; nothing if the caller chose it. */
            secret: string | null;
            /** @description The system. */
            webhook: components["schemas"]["Webhook"];
        };
        /**
         * @description Who says so.
         * @enum {string}
         */
        Who: "cashier" | "paydesk" | "provider" | "network" | "till";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readAgent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    takeTillOver: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description it stands for the till */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            /** @description not_an_agent */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description takeover_too_late */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description server_not_reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAlarms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlarmList"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    giveBackSecondPayment: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a result, 0 to 10. */
                wait?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the second payment: its money is on its way back, or went back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description malformed_id */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_alarm */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description nothing_to_give_back */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    seeAlarm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description malformed_id */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_alarm */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listApiKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithSecret"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_till */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unknown_role */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_api_key */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_yourself */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readApiKeyStory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Story"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_api_key */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAttention: {
        parameters: {
            query?: {
                /** @description At this till only. */
                till?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attention"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listChanges: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Story"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readDay: {
        parameters: {
            query?: {
                /** @description The day as `2026-11-23`; today unless said. */
                date?: string;
                /** @description Of this till only. */
                till?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Day"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readDemo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Demo"];
                };
            };
            /** @description not_a_demo */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listShownCodes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownCodes"];
                };
            };
        };
    };
    scanShownCode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                order_no: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description scanned; the payment goes on by itself */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description malformed_id */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description nothing_to_scan */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description The id of the last event heard, for those who cannot send `Last-Event-ID`, such as a new `EventSource`. */
                after?: number;
            };
            header?: {
                /** @description the id of the last event heard; counts before `after` */
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a stream of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description it cannot take money now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    listInstallments: {
        parameters: {
            query: {
                /** @description Which wallet lends the money. */
                wallet: string;
                /** @description How much the sale comes to, in minor units. */
                amount: number;
                /** @description ISO 4217 letters. */
                currency: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstallmentPlans"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_installments, amount_not_acceptable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description installments_not_told */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description not_signed_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeOwnPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOwnPassword"];
            };
        };
        responses: {
            /** @description changed; this sign-in goes on, all others have ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_a_person */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description wrong_current_password, password_too_weak */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pairDevice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDevice"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paired"];
                };
            };
            /** @description pairing_code_wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPayments: {
        parameters: {
            query?: {
                /** @description Requested then or later (RFC 3339). */
                from?: string;
                /** @description Requested before (RFC 3339). */
                to?: string;
                /** @description `waiting`, `verifying`, `recorded`, `paid`, `not_paid` or `returned`. */
                state?: string;
                /** @description Our short name of the wallet. */
                wallet?: string;
                /** @description At this till. */
                till?: string;
                /** @description An order number, a provider's transaction number, an amount such as 12.50, or a reference; whole. */
                q?: string;
                /** @description How many, 1 to 200. */
                limit?: number;
                /** @description Where the page begins: the `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentPage"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createPayment: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a result, 0 to 10. */
                wait?: number;
            };
            header: {
                /** @description 1 to 128 visible ASCII characters, new for every sale */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPayment"];
            };
        };
        responses: {
            /** @description the same request came before; this is how it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description under way, or done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_key_reused_with_other_content, total_of_the_sale_is_another, sale_is_paid_in_full, open_parts_may_pay_the_rest */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description refused; nothing was sent to any provider */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    findPaymentByKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the Idempotency-Key it was sent with, percent-encoded */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description idempotency_key_malformed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_payment: no request with this key has been taken up */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelPaymentByKey: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a result, 0 to 10. */
                wait?: number;
            };
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description being undone, or undone already */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description cannot_cancel_a_finished_payment, till_was_taken_over */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refundPaymentByKey: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a result, 0 to 10. */
                wait?: number;
            };
            header: {
                /** @description 1 to 128 visible ASCII characters, new for every refund */
                "Idempotency-Key": string;
            };
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRefund"];
            };
        };
        responses: {
            /** @description the same request came before; this is how it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description under way, or done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    undoPaymentByKey: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a result, 0 to 10. */
                wait?: number;
            };
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description being undone or returned, or that is done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description till_was_taken_over */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportPayments: {
        parameters: {
            query?: {
                /** @description Requested then or later (RFC 3339). */
                from?: string;
                /** @description Requested before (RFC 3339). */
                to?: string;
                /** @description `waiting`, `verifying`, `paid`, `not_paid` or `returned`. */
                state?: string;
                /** @description Our short name of the wallet. */
                wallet?: string;
                /** @description At this till. */
                till?: string;
                /** @description An order number, a provider's transaction number, an amount such as 12.50, or a reference; whole. */
                q?: string;
                /** @description `zh` or `en`; Chinese unless said. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the file; cut short if the database fails midway */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readPayment: {
        parameters: {
            query?: {
                /** @description Seconds to wait, 0 to 10. */
                wait?: number;
                /** @description Wait for a version above this one; without it, for the end. */
                after?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_payment */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acknowledgePayment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description seen, now or before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description nothing_to_acknowledge */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelPayment: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a result, 0 to 10. */
                wait?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description being undone, or undone already */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description cannot_cancel_a_finished_payment */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lookAtPayment: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a result, 0 to 10. */
                wait?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    printReceipt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrintJob"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description nothing_to_print_yet, no_printer */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readReceipt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description nothing_to_print_yet */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createRefund: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a result, 0 to 10. */
                wait?: number;
            };
            header: {
                /** @description 1 to 128 visible ASCII characters, new for every refund */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRefund"];
            };
        };
        responses: {
            /** @description the same request came before; this is how it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description under way, or done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_key_reused_with_other_content */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description refund_exceeds_what_is_left, nothing_to_refund, amount_must_be_positive, refund_only_in_cash */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    settlePayment: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a result, 0 to 10. */
                wait?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSettlement"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description nothing_to_settle */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description reason_missing */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readTimeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeline"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPeople: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonList"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createPerson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPerson"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonWithPassword"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_till */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description login_taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description login_malformed, unknown_role, password_too_weak */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changePerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDuties"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_person, no_such_till */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description last_owner, not_your_own_role */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unknown_role */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disablePerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_person */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_yourself, last_owner */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enablePerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_person */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPasswordFor"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonWithPassword"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_person */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description password_too_weak */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readPersonStory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Story"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_person */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPapers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Papers"];
                };
            };
            /** @description not_a_demo */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readPaper: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the picture */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
            /** @description not_a_demo, no_such_paper */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readPublicReceipt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicReceipt"];
                };
            };
            /** @description no_such_receipt, receipt_comes_later */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    actOnDifference: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDifferenceAct"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DifferenceStory"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listReconcileDays: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconcileDays"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readDifference: {
        parameters: {
            query: {
                /** @description The channel. */
                channel: string;
                /** @description The bill's day. */
                day: string;
                /** @description Its name within that bill. */
                key: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DifferenceStory"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDifferences: {
        parameters: {
            query?: {
                /** @description Of this channel only. */
                channel?: string;
                /** @description Of this day only. */
                day?: string;
                /** @description In this state only. */
                state?: string;
                /** @description Of this class only. */
                class?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Differences"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reconcileDay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewReconcileRun"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRoutes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteList"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pinRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                wallet: string;
                channel: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRouteOrder"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteList"];
                };
            };
            /** @description malformed_id */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_route */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                wallet: string;
                channel: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteList"];
                };
            };
            /** @description malformed_id */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_route */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    shutRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                wallet: string;
                channel: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRouteOrder"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteList"];
                };
            };
            /** @description malformed_id */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_route */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUnpaidSales: {
        parameters: {
            query?: {
                /** @description Begun at this till. */
                till?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnpaidSales"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readSale: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sale"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_sale */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refundSale: {
        parameters: {
            query?: {
                /** @description Seconds to wait for a result, 0 to 10. */
                wait?: number;
            };
            header: {
                /** @description 1 to 128 visible ASCII characters, new for every refund */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSaleRefund"];
            };
        };
        responses: {
            /** @description the same request came before; this is how it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sale"];
                };
            };
            /** @description under way, or done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sale"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_sale */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_key_reused_with_other_content */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description refund_exceeds_what_is_left, nothing_to_refund, amount_must_be_positive */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description wrong_login_or_password */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description signed out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description not_signed_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readTill: {
        parameters: {
            query?: {
                /** @description Its id; needed only by those who stand at several. */
                till?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TillInfo"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_till */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description till_not_chosen */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readTillDevices: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                till: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TillDevices"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tillBeat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                till: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBeat"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TillStand"];
                };
            };
            /** @description not_a_tills_device */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    handInJournal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                till: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEntries"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TakenIn"];
                };
            };
            /** @description not_a_tills_device */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description till_was_taken_over */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    newPairingCode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                till: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PairingCode"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    chooseTillDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                till: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStand"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TillDevices"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description takeover_too_late */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    takeOverTill: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                till: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTakeover"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TakenOver"];
                };
            };
            /** @description not_a_tills_device */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description takeover_too_late */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description webhook_url_taken, too_many_webhooks, webhooks_not_set_up */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description webhook_url_unfit, unknown_event, webhook_secret_unfit */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhookSettings"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description webhook_url_taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description webhook_url_unfit, unknown_event */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disableWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enableWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhookMessages: {
        parameters: {
            query?: {
                /** @description Only `waiting`, `delivered` or `parked` ones. */
                state?: string;
                /** @description Before this number. */
                before?: number;
                /** @description At most so many, 1 to 100; 50 unless given. */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookMessages"];
                };
            };
            /** @description unacceptable_query */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewReplay"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_webhook, no_such_message */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unacceptable_body */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description webhooks_not_set_up */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_such_webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
