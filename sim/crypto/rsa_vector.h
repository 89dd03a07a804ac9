#ifndef CRYPTO_RSA_VECTOR_H
#define CRYPTO_RSA_VECTOR_H

/*
 * Published RSA keys and messages under them: project Wycheproof (C2SP/wycheproof on GitHub, commit
 * 061657f), testvectors_v1/rsa_oaep_{2048,3072,4096}_sha256_mgf1sha256_test.json, first group, tcId
 * 7, and for the signature rsa_signature_2048_sha256_test.json, first group, tcId 7, of the same
 * 2048-bit key and message. The keys exist to be public: they protect nothing. Each is given by its
 * prime factors; its public exponent is 65537.
 */
struct rsa_vector {
    unsigned bits;
    const char *source, *prime[2], *sealed;
};

/* The message of all. */
static const char rsa_vector_plain[] =
    "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

static const struct rsa_vector rsa_vector_2048 = {
    .bits = 2048,
    .source = "Wycheproof rsa_oaep_2048_sha256_mgf1sha256, tcId 7",
    .prime = {"dc431050f782e894fb5248247d98cb7d58b8d1e24f3b55d041c56e4de086b0d5bb028bda42eeb5d2"
              "34d5681e5809d415e6a289ad4cfbf78f978f6c35814f50eebff1c5b80a69f788e81e6bab5ddaa783"
              "69d659d143ec6f17e79813a575cfad9c569156b90113e2e9110ad9e7b48a1c9348a6e65332119129"
              "0ea36cfb3a5b18f1",
              "bd1a81e7977f9898122273ae3222b598ea5fb19eb4eabc38308a5e32196603b2e500ffb79f5b8868"
              "16611debc472fac45544070beb057c941378a6868af3b7a03d3f9880ec47d5e089b94fbde542aba9"
              "ae8d72c57088d7abf5b131f39098f7bc160f90536abc9492fd4e06f3ed7299d4b97bb03677207d95"
              "669f140cfbc20f25"},
    .sealed = "096958786ee7972050d67a9e4b69d6c6af7db7cc674386df725770dd29129b826e39552330104c8d"
              "71e6cc3a3014dd2f61b54153af51b0438d447ee939f9e3c13bb8b00a37dea6a068f6c9d27e848b1b"
              "e7a1eeeb3ee50b78036fba95ae46948ca5b13f356ea24db10f60dc09e4b8bad8f766b668ef725244"
              "32080a0ce00ed676d6d5e354984b1078520412525848156d06f0652469f95791baa3d9a798ae5370"
              "94f76f976faecd5c9ce0c930a75910c63dacf63485cb4b5e7bdbcf4d80e74037eaa1a8fe4b52930b"
              "ec6be99cf6ac88cf5878dbf6859d456a95dbc34654eec425de84ca2a535d517403a9aada827e7d00"
              "93ecfc97ed056a7652825e9a45cb2dcb",
};

static const struct rsa_vector rsa_vector_3072 = {
    .bits = 3072,
    .source = "Wycheproof rsa_oaep_3072_sha256_mgf1sha256, tcId 7",
    .prime = {"f5eca16e0e83696b0ed9ac8a812545daba55f20a964c4e6343604a7f2be2860fce9fa16a1cc92120"
              "939deb88dff68550383ead851fac07ad1b2e8a9b2bb69525d96ceabb7ee83ce50f08d649107f449a"
              "14521a6893f3f3c5c5a703b2fc28bfcfe261a4f7f450558080deaeaab651c7a9ae586c1e7f5c52cd"
              "a93e40aac908e4e3357984fc116af9cbe9539bc7a8d3b351a73ea5c2413d1da2e0b448b454670aca"
              "89ffe73b1401e9b8554fc3f23d6c904623251a1d29962ca9b26d973345bc4c5f",
              "cf25446f59cf512919ddbfcfa2d9670495ad92b6f295d61032057f9da6dbefc4510a623c2b47a522"
              "0082a3bc42af1a144f98c9ee4fdae41be0ec501ccc94b2b0640191099b355611160deb327e8ace01"
              "8b898025ef470e4373ec1d97f669e298e1d845c6553c0a546ccb168d5b510dbe6018fd4ed9a3545f"
              "9bdb81968f4a6d7c790e5c34729a8efb496086fa1300249ab8b28f38951d7bee1c127ac3c4d0bd59"
              "6edee1e9d17781dbb8227d7b5d76ce8b8bce03c5d339b9757981610848c55cdd"},
    .sealed = "0351794ac968e26863bfa67aa4d602c725b79ca9a4cd907a9e03c7575b975bfd99fa491b5bc3f93e"
              "1eac5b48d95090e10a29d9e4edce709c74886ee2d5067bcabab044e239cb4c23e1ffa8a8666fbdc7"
              "06ecf49225697fb6f1a095e20dcca49090548d9fd0b8533b090823a76ce6c8c8a139a20b3e930a8d"
              "2ef8d868fd92c086c06a86c172e40e76f9920a6de6ab2fbff2cbe029b685dbc20da94e84442050b0"
              "128200446bf227eca935e1bfa8c89ec3454ea3a82cc792a2512d8513f2ddaf172e35e735ad69a5f8"
              "92ad0c216e84ea9e92129d8272db269173cbc525e61fdfa5533e2e69a4670ed95f4958c684476c20"
              "8002667fc7f687260eb54d9cea88bbfeb7b6d7aa640cf0ad0af22ecae17034c762bf832a9e8ef090"
              "926c5ad4fe6a15b6e5ef69da001bb7fbc608bc024bcf38e157dbb57974169bdf302ec177e48d15a1"
              "d0c919d9b8862cd91d454a96df1c720561928e282b9e922d0d8218d65b74bb740cb7cf7455e97a5e"
              "6bba07424382c31c37549d7f29bf7e2e23093ee861dce0ef",
};

static const struct rsa_vector rsa_vector_4096 = {
    .bits = 4096,
    .source = "Wycheproof rsa_oaep_4096_sha256_mgf1sha256, tcId 7",
    .prime = {"c3c677495c2bd56619e44e26140d2ede0037409b81f3a5b3886a0904eb486140f43b8626af13d14a"
              "33918eb72b786b3c9114f39017871528953c09104e1fd2d36b725388f54ffea30373077895a6934a"
              "b174e55ca6a12c21923a7b775b5ffaffbd813f9fb752805b016a5735b883c639fedd55ba2e233a6d"
              "c1673063d8487390d1676123544d3def177a91caeef98b13f38860474e44993d4c6060926d878a20"
              "59855d0de1c794ac8dbdad655fbbad20f152f15c73b95ac544cbb87b8bec8fd3c007ad09d76ae22a"
              "5e993302aa72f11deb265a7f28b88976af5d0c912d97b7284b1783c5bc91a6dcb7a9b97fe5371396"
              "5857742b7e4032dc5141acd4afd4771f",
              "c357cf685f9b8d4e59e96686f7b8752f0a982efbe6658e6bcdb615d921f5e7056882825347455782"
              "d7bc78d637e17e0e6810c2136ad81b16cc1c81750785924616f2bdf5964b26c7fc50fa98fb67b746"
              "b50812705b379f5deadbd11dcd2fec7b724d042aef25cea2eb37f85b7554d7ad49fe5f47737ff436"
              "bded418507f2f175c695e324fbb11beb0544a7a7cb3f07924e291b5c8ddaa6a7dbb07e23bce1960c"
              "b52b9000d3a7aab1f58e3c750b6d978adf3d085ae7693b7e6a46cf6dbb6d2ad981f4bca5d15e0962"
              "c39066a9fc27985b9ba1f51132355792796a5dd847400804f98671ee4899050bdc2e7872ce6fb2b7"
              "8b1050436d882425ee0745546a6a1c73"},
    .sealed = "7aa5fee8dd85b6fc0c75c86d72fe6c742ecb062a036bbd3796af044378669c2162f6f9c9470e1dc8"
              "edad8a41de37411b21c865c0d04a2a4a8cbae941258aecc1bc436e96ab7d66aa1b866e9b3018a563"
              "66eaefaf92a1af51d5a901900739eecf07f05748b76565e386efcc8a717f39cf0a163dbfd7b1b02d"
              "78f96c4688143a80ea589df83c78440f5c53a1a79fa7265f5e1c15cf8348b8b7abbfc1739a9fdc8a"
              "30e25c2081b44437935fdcd19682cff42627b223d796d1cd3437fb12aeb990bf5dee03ec6fe8f063"
              "4dc0545d0390facc7fea02b5609f0b37e4bc5f2a5e26868ac3042fac5589457b482bf1c144c239e2"
              "a96bd80a813e67d36b4e43cb89450289ab3fd7d377cdcaf9b40811ecc5aa3704086dce9a893d1b19"
              "d9f957dcfc283d0ff1a4bdd7f3351314bd5e10a22b2a469615feab35e9966e758c5c2742c35d4265"
              "9533fbf50693dd1efccaf1787de3c7f66b8c0df90754ca851caf2341b9a7004a7eb8e34cf232a6bc"
              "0e993db274107d4d734bb996803a4b335e1ce32d0453450a6fa871430827fd49123849993f421084"
              "c60880e3b6e4d33771a1bb255535616544cf4c016c416cd8b9b92c3ed61214972e86a901560c1721"
              "fef866ea7044a2c89cc2cba85fb25df521daa90680fb52c2a0baeac9d5942c851fbf5f1e88d522e7"
              "59aa342d15be1b72f9815c0debd081e9881fba247dd6858890fdedc8838e9448",
};

/* PKCS #1 v1.5 over SHA-256 of the message, under the 2048-bit key. */
#define RSA_SIGNATURE_SOURCE "Wycheproof rsa_signature_2048_sha256, tcId 7"
static const char rsa_vector_signature[] =
    "2ae8d95b19cbd64d0e343ff413fffb85d8e6713c06ac8a1ceba7f3924fa740f8d2b3e120fd71f227"
    "11e795cd6468c5e263b1a5ba6ac6b8fa9e23d2d6e7243f510592a61d134e68b8ead00612dbf38c5b"
    "7302abc3bf33f23e6d4816a6e3ddcea6482566e84f57464f7d56de4cef0b2256ef21874dda4c131a"
    "47292ff8ef853f93804483c8e6373d39ca3a22552e75427b812b861de6a310ff4c366f6f6604116e"
    "fd9770170aa423554c4ebbd2b5c0698950e66bb5b7c5c346285d9f5c35146255736b6e818e8e7798"
    "3c93b21e7f60b04a7a525598e7fd8049b181000bffc7f3753a504370f6bb70617ac8e914deb05a19"
    "8a5758a459c9fcd2fce1aede48e8a852";

#endif
